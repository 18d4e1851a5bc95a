package dev.spore.vmm.state;

import dev.spore.format.state.MsrValue;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.lang.reflect.RecordComponent;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Finds where two records of a machine's state differ. */
final class StateCompare {
  private StateCompare() {}

  /**
   * Checks that KVM holds what was given to it.
   *
   * @param field where the record is in the spore
   * @throws SporeException host.unsupported naming the first field that differs, what was given and
   *     what was found
   */
  static void require(String field, Object wanted, Object found) {
    if (wanted.equals(found)) {
      return;
    }
    throw new SporeException(
        ErrorCode.HOST_UNSUPPORTED,
        describe(field, wanted, found)
            + ": KVM of this host does not hold the saved machine; restore on a host like the one "
            + "it was saved on");
  }

  /** The first difference between two records that are not equal. */
  private static String describe(String field, Object wanted, Object found) {
    if (wanted instanceof Record && wanted.getClass() == found.getClass()) {
      for (RecordComponent component : wanted.getClass().getRecordComponents()) {
        Object one = value(component, wanted);
        Object other = value(component, found);
        if (!one.equals(other)) {
          return describe(field + "." + name(component), one, other);
        }
      }
    }
    if (wanted instanceof List<?> all && found instanceof List<?> others) {
      for (int i = 0; i < Math.min(all.size(), others.size()); i++) {
        if (!all.get(i).equals(others.get(i))) {
          String index = all.get(i) instanceof MsrValue msr ? hex(msr.index()) : "" + i;
          return describe(field + "[" + index + "]", all.get(i), others.get(i));
        }
      }
      return "%s has %d elements, %d once restored".formatted(field, all.size(), others.size());
    }
    return "%s is %s, %s once restored".formatted(field, text(wanted), text(found));
  }

  private static Object value(RecordComponent component, Object of) {
    try {
      return component.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("records of the format are public", e);
    }
  }

  /** As a manifest writes it. */
  private static String name(RecordComponent component) {
    return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static String text(Object value) {
    return switch (value) {
      case Long number -> hex(number);
      case Integer number -> hex(Integer.toUnsignedLong(number));
      default -> value.toString();
    };
  }

  private static String hex(long value) {
    return "0x" + HexFormat.of().toHexDigits(value).replaceFirst("^0+(?=.)", "");
  }
}

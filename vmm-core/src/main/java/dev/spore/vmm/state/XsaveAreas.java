package dev.spore.vmm.state;

import dev.spore.format.Bytes;
import dev.spore.format.state.XsaveComponent;
import dev.spore.format.state.XsaveState;
import dev.spore.kvm.CpuidEntry;
import dev.spore.vmm.assist.XsaveLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The XSAVE area of this host's KVM, in standard format (Intel SDM volume 1 §13.4), and its record,
 * which has no offsets: they differ between vendors.
 */
final class XsaveAreas {
  private static final int LEAF_XSAVE = 0xd;
  private static final int ALIGNED = 1 << 1;
  private static final int FIRST_COMPONENT = 2;

  private static final int XSTATE_BV = 512;

  /** MXCSR_MASK (§10.5.1.2): the processor's, written by FXSAVE, read by nothing. */
  private static final int MXCSR_MASK = 28;

  /** Bytes 464 to 511 are software's (§10.5.1): Linux describes its own layout there. */
  private static final int SOFTWARE = 464;

  private final XsaveLayout layout;

  XsaveAreas(List<CpuidEntry> supported) {
    layout = layout(supported);
  }

  private static XsaveLayout layout(List<CpuidEntry> supported) {
    Stream<XsaveLayout.Component> components =
        supported.stream()
            .filter(e -> e.function() == LEAF_XSAVE && e.index() >= FIRST_COMPONENT)
            .map(e ->
                new XsaveLayout.Component(e.index(), e.ebx(), e.eax(), (e.ecx() & ALIGNED) != 0));
    return XsaveLayout.of(components);
  }

  /**
   * The record of an area.
   *
   * @param field for errors
   */
  XsaveState state(String field, byte[] area) {
    long features = ByteBuffer.wrap(area).order(ByteOrder.LITTLE_ENDIAN).getLong(XSTATE_BV);
    List<XsaveComponent> components = new ArrayList<>();
    for (long rest = features & -1L << FIRST_COMPONENT; rest != 0; rest &= rest - 1) {
      XsaveLayout.Component place = find(field, Long.numberOfTrailingZeros(rest), area.length);
      Bytes bytes = Bytes.of(area, place.offset(), place.size());
      components.add(new XsaveComponent(place.number(), bytes));
    }
    ByteBuffer legacy = ByteBuffer.allocate(XsaveState.LEGACY_BYTES);
    legacy.put(0, area, 0, SOFTWARE);
    legacy.putInt(MXCSR_MASK, 0);
    return new XsaveState(features, Bytes.of(legacy.array()), components);
  }

  /**
   * The area of a record.
   *
   * @param sizeBytes of this vCPU's area
   */
  byte[] area(String field, XsaveState state, int sizeBytes) {
    byte[] area = new byte[sizeBytes];
    state.legacy().copyTo(area, 0);
    ByteBuffer.wrap(area).order(ByteOrder.LITTLE_ENDIAN).putLong(XSTATE_BV, state.features());
    for (XsaveComponent component : state.components()) {
      XsaveLayout.Component place = find(field, component.number(), sizeBytes);
      if (place.size() != component.bytes().size()) {
        throw Refusal.unsupported(
            field,
            "XSAVE component %d has %d bytes but %d on this host"
                .formatted(component.number(), component.bytes().size(), place.size()));
      }
      component.bytes().copyTo(area, place.offset());
    }
    return area;
  }

  private XsaveLayout.Component find(String field, int number, int sizeBytes) {
    for (XsaveLayout.Component component : layout.components()) {
      if (component.number() == number && component.offset() + component.size() <= sizeBytes) {
        return component;
      }
    }
    throw Refusal.unsupported(
        field, "KVM of this host has no XSAVE component %d".formatted(number));
  }
}

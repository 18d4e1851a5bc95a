package dev.spore.plugin.module;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Reads hostile bytes of the binary form; memory stays within a small multiple of their number. */
final class CmodReader {
  private static final VarHandle U32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle U64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private int at;

  CmodReader(byte[] bytes) {
    this.bytes = bytes;
    this.at = Cmod.MAGIC.length;
  }

  PluginModule module() {
    String name = string();
    List<Value> constants = list(() -> value(0));
    List<Capability> capabilities = list(this::capability);
    List<PluginFunction> functions = list(this::function);
    SortedMap<String, Long> exports = new TreeMap<>(Utf8.ORDER);
    int count = count();
    for (int i = 0; i < count; i++) {
      String export = string();
      exports.put(export, number());
    }
    if (at != bytes.length) {
      throw new DecodeException("trailing bytes in binary module");
    }
    return new PluginModule(name, constants, capabilities, functions, exports);
  }

  private int take(int length) {
    if (length > bytes.length - at) {
      throw new DecodeException("unexpected end of binary module");
    }
    int start = at;
    at += length;
    return start;
  }

  private int octet() {
    return bytes[take(1)] & 0xff;
  }

  private long number() {
    return (int) U32.get(bytes, take(4)) & 0xffff_ffffL;
  }

  private int count() {
    long count = number();
    if (count > PluginLimits.LIST_ITEMS_MAX) {
      throw new DecodeException(
          "binary list length " + count + " exceeds max " + PluginLimits.LIST_ITEMS_MAX);
    }
    return (int) count;
  }

  private <T> List<T> list(Supplier<T> item) {
    int count = count();
    // Each item takes a byte at least, so a lie about the count costs nothing.
    List<T> items = new ArrayList<>(Math.min(count, bytes.length - at));
    for (int i = 0; i < count; i++) {
      items.add(item.get());
    }
    return items;
  }

  private String string() {
    long length = number();
    if (length > PluginLimits.STRING_BYTES_MAX) {
      throw new DecodeException(
          "binary string length " + length + " exceeds max " + PluginLimits.STRING_BYTES_MAX);
    }
    int start = take((int) length);
    Utf8.fault(bytes, start, (int) length)
        .ifPresent(fault -> {
          throw new DecodeException(fault);
        });
    return Utf8.decode(bytes, start, (int) length);
  }

  private Value value(int depth) {
    int tag = octet();
    return switch (tag) {
      case 0 -> Value.Nil.NIL;
      case 1 -> new Value.Bool(bool());
      case 2 -> new Value.I64((long) U64.get(bytes, take(8)));
      case 3 -> new Value.F64(Double.longBitsToDouble((long) U64.get(bytes, take(8))));
      case 4 -> new Value.Text(string());
      case 5 -> {
        if (depth == PluginLimits.VALUE_DEPTH_MAX) {
          throw new DecodeException("arrays nest deeper than " + PluginLimits.VALUE_DEPTH_MAX);
        }
        yield new Value.Array(list(() -> value(depth + 1)));
      }
      case 6 -> new Value.FunctionName(string());
      case 7 -> new Value.CapabilityName(string());
      default -> throw new DecodeException("unknown value tag " + tag);
    };
  }

  private boolean bool() {
    int tag = octet();
    if (tag > 1) {
      throw new DecodeException("invalid bool tag " + tag);
    }
    return tag == 1;
  }

  private ValueType type() {
    int tag = octet();
    ValueType type = ValueType.ofTag(tag);
    if (type == null) {
      throw new DecodeException("unknown value type tag " + tag);
    }
    return type;
  }

  private Capability capability() {
    String id = string();
    List<ValueType> params = list(this::type);
    ValueType returnType = type();
    int option = octet();
    return switch (option) {
      case 0 -> new Capability(id, params, returnType, null);
      case 1 -> new Capability(id, params, returnType, string());
      default -> throw new DecodeException("invalid option tag " + option);
    };
  }

  private PluginFunction function() {
    String name = string();
    long registers = number();
    long arity = number();
    List<Instruction> code = list(this::instruction);
    return new PluginFunction(name, registers, arity, code, lines());
  }

  private Instruction instruction() {
    int tag = octet();
    Opcode opcode = Opcode.ofTag(tag);
    if (opcode == null) {
      throw new DecodeException("unknown instruction tag " + tag);
    }
    long a = number();
    long b = opcode.numbers() > 1 ? number() : 0;
    long c = opcode.numbers() > 2 ? number() : 0;
    if (!opcode.hasList()) {
      return Instruction.of(opcode, a, b, c);
    }
    String name = opcode.hasName() ? string() : "";
    return Instruction.of(opcode, a, name, list(this::number));
  }

  private SourceLines lines() {
    int count = count();
    long[] lines = new long[Math.min(count, bytes.length - at)];
    for (int i = 0; i < count; i++) {
      int tag = octet();
      if (tag > 1) {
        throw new DecodeException("invalid source line tag " + tag);
      }
      lines[i] = tag == 0 ? SourceLines.NONE : number();
    }
    return SourceLines.of(Arrays.copyOf(lines, count));
  }
}

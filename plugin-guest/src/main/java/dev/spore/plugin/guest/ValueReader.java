package dev.spore.plugin.guest;

import dev.spore.micro.MicroMemory;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a value out of the memory of a guest, which may hold anything: every address is checked,
 * and no more is read than the memory limit lets a value have. An array that is in it twice is read
 * once.
 */
final class ValueReader {
  private final MicroMemory memory;
  private final Map<Long, Value.Array> arrays = new HashMap<>();
  private long left;

  /**
   * @param bytesMax what the value may count, as the memory limit does
   */
  ValueReader(MicroMemory memory, long bytesMax) {
    this.memory = memory;
    this.left = bytesMax;
  }

  /**
   * @throws GuestException if it is none
   */
  Value read(long tag, long bits) {
    return read(tag, bits, 0);
  }

  /** Of a slot. */
  Value read(long slot) {
    require(slot, ValueObjects.SLOT_BYTES);
    return read(memory.u64(slot), memory.u64(slot + 8), 0);
  }

  private Value read(long tag, long bits, int depth) {
    if (tag == ValueObjects.I64) {
      return new Value.I64(bits);
    }
    if (tag == ValueObjects.NIL) {
      return Value.Nil.NIL;
    }
    if (tag == ValueObjects.BOOL) {
      return new Value.Bool(bits != 0);
    }
    if (tag == ValueObjects.F64) {
      return new Value.F64(Double.longBitsToDouble(bits));
    }
    if (tag < 0 || tag > ValueObjects.CAPABILITY) {
      throw new GuestException("a value of kind " + tag);
    }
    require(bits, ValueObjects.ARRAY_HEAD_BYTES);
    if (memory.u16(bits) != tag) {
      throw new GuestException("an object of another kind than its value");
    }
    return object((int) tag, bits, depth);
  }

  private Value object(int tag, long at, int depth) {
    return switch (tag) {
      case ValueObjects.TEXT -> text(at);
      case ValueObjects.FUNCTION -> new Value.FunctionName(name(at));
      case ValueObjects.CAPABILITY -> new Value.CapabilityName(name(at));
      default -> {
        Value.Array known = arrays.get(at);
        yield known == null ? array(at, depth) : known;
      }
    };
  }

  private byte[] payload(long at) {
    long count = memory.u32(at + 4);
    take(count);
    require(at, ValueObjects.HEAD_BYTES + count);
    return memory.bytes(at + ValueObjects.HEAD_BYTES, (int) count);
  }

  private Value text(long at) {
    byte[] bytes = payload(at);
    if (Utf8.fault(bytes, 0, bytes.length).isPresent()) {
      throw new GuestException("a text that is not UTF-8");
    }
    return new Value.Text(Utf8.decode(bytes, 0, bytes.length));
  }

  private String name(long at) {
    byte[] bytes = payload(at);
    char[] units = new char[bytes.length / 2];
    for (int i = 0; i < units.length; i++) {
      units[i] = (char) ((bytes[2 * i] & 0xff) | (bytes[2 * i + 1] << 8));
    }
    return new String(units);
  }

  private Value.Array array(long at, int depth) {
    if (depth == PluginLimits.VALUE_DEPTH_MAX) {
      throw new GuestException("arrays nested too deep");
    }
    long count = memory.u32(at + 4);
    take(count * ValueObjects.SLOT_BYTES);
    require(at, ValueObjects.ARRAY_HEAD_BYTES + count * ValueObjects.SLOT_BYTES);
    List<Value> items = new ArrayList<>((int) count);
    int deepest = 0;
    for (long i = 0; i < count; i++) {
      long slot = at + ValueObjects.ARRAY_HEAD_BYTES + i * ValueObjects.SLOT_BYTES;
      Value item = read(memory.u64(slot), memory.u64(slot + 8), depth + 1);
      deepest = Math.max(deepest, item.depth());
      items.add(item);
    }
    // One that was read before can be deeper than this place allows.
    if (depth + deepest >= PluginLimits.VALUE_DEPTH_MAX) {
      throw new GuestException("arrays nested too deep");
    }
    Value.Array array = new Value.Array(items);
    arrays.put(at, array);
    return array;
  }

  private void take(long bytes) {
    if (bytes > left) {
      throw new GuestException("a value larger than the memory limit");
    }
    left -= bytes;
  }

  private void require(long at, long bytes) {
    if (!memory.contains(at, bytes)) {
      throw new GuestException("a value at 0x" + Long.toHexString(at) + ", outside of its memory");
    }
  }
}

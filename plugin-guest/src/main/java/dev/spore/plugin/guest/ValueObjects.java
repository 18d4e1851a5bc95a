package dev.spore.plugin.guest;

import dev.spore.plugin.value.Value;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes values as the guest holds them: a slot of tag and bits, and for texts, names and arrays an
 * object the bits are the address of.
 */
final class ValueObjects {
  static final int I64 = 0;
  static final int NIL = 1;
  static final int BOOL = 2;
  static final int F64 = 3;
  static final int TEXT = 4;
  static final int ARRAY = 5;
  static final int FUNCTION = 6;
  static final int CAPABILITY = 7;

  static final int SLOT_BYTES = 16;

  /** Kind and depth, 16 bits each, and a count of 32 bits. */
  static final int HEAD_BYTES = 8;

  /** The head, and what the array counts, 64 bits. */
  static final int ARRAY_HEAD_BYTES = 16;

  private static final int OBJECT_BYTES_MIN = 16;

  private final ByteBuffer out;
  private final long base;
  private int next;

  /**
   * @param out little-endian
   * @param base address of its first byte
   * @param next index in it of the first byte for objects, a multiple of 8
   */
  ValueObjects(ByteBuffer out, long base, int next) {
    this.out = out;
    this.base = base;
    this.next = next;
  }

  /** Bytes of the objects of a value. */
  static long bytes(Value value) {
    return switch (value) {
      case Value.Nil _, Value.Bool _, Value.I64 _, Value.F64 _ -> 0;
      case Value.Text text -> object(text.extraBytes());
      case Value.FunctionName(String name) -> object(2L * name.length());
      case Value.CapabilityName(String name) -> object(2L * name.length());
      case Value.Array array -> {
        long bytes = ARRAY_HEAD_BYTES + (long) SLOT_BYTES * array.items().size();
        for (Value item : array.items()) {
          bytes += bytes(item);
        }
        yield bytes;
      }
    };
  }

  private static long object(long payload) {
    return Math.max(OBJECT_BYTES_MIN, HEAD_BYTES + (payload + 7) / 8 * 8);
  }

  static int tag(Value value) {
    return switch (value) {
      case Value.I64 _ -> I64;
      case Value.Nil _ -> NIL;
      case Value.Bool _ -> BOOL;
      case Value.F64 _ -> F64;
      case Value.Text _ -> TEXT;
      case Value.Array _ -> ARRAY;
      case Value.FunctionName _ -> FUNCTION;
      case Value.CapabilityName _ -> CAPABILITY;
    };
  }

  /** Writes the objects of a value; the bits of its slot. */
  long write(Value value) {
    return switch (value) {
      case Value.I64(long number) -> number;
      case Value.Nil _ -> 0;
      case Value.Bool(boolean bool) -> bool ? 1 : 0;
      case Value.F64(double number) -> Double.doubleToRawLongBits(number);
      case Value.Text text -> object(TEXT, text.value().getBytes(StandardCharsets.UTF_8));
      case Value.FunctionName(String name) -> object(FUNCTION, units(name));
      case Value.CapabilityName(String name) -> object(CAPABILITY, units(name));
      case Value.Array array -> array(array);
    };
  }

  /** Names can be any string of Java's, so they are kept as that. */
  private static byte[] units(String name) {
    byte[] bytes = new byte[2 * name.length()];
    for (int i = 0; i < name.length(); i++) {
      bytes[2 * i] = (byte) name.charAt(i);
      bytes[2 * i + 1] = (byte) (name.charAt(i) >> 8);
    }
    return bytes;
  }

  private long object(int kind, byte[] payload) {
    int at = next;
    next += (int) object(payload.length);
    head(at, kind, 0, payload.length);
    out.put(at + HEAD_BYTES, payload);
    return base + at;
  }

  private long array(Value.Array array) {
    int at = next;
    next += ARRAY_HEAD_BYTES + SLOT_BYTES * array.items().size();
    head(at, ARRAY, array.depth(), array.items().size());
    out.putLong(at + HEAD_BYTES, array.extraBytes());
    int slot = at + ARRAY_HEAD_BYTES;
    for (Value item : array.items()) {
      slot(slot, item);
      slot += SLOT_BYTES;
    }
    return base + at;
  }

  private void head(int at, int kind, int depth, int count) {
    out.putShort(at, (short) kind);
    out.putShort(at + 2, (short) depth);
    out.putInt(at + 4, count);
  }

  /** Writes a value into a slot, and its objects. */
  void slot(int at, Value value) {
    out.putLong(at, tag(value));
    out.putLong(at + 8, write(value));
  }
}

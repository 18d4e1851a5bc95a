package dev.spore.kvm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Members of a C structure by offset, little-endian as the host is, unsigned unless said. */
final class Field {
  private Field() {}

  /** Has the JVM make its accessors, one for each width. */
  static void link() {
    MemorySegment word = MemorySegment.ofArray(new long[1]);
    put8(word, 0, u8(word, 0));
    put16(word, 0, u16(word, 0));
    put32(word, 0, u32(word, 0));
    put64(word, 0, u64(word, 0));
  }

  static int u8(MemorySegment struct, long offset) {
    return struct.get(ValueLayout.JAVA_BYTE, offset) & 0xff;
  }

  static int u16(MemorySegment struct, long offset) {
    return struct.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset) & 0xffff;
  }

  static long u32(MemorySegment struct, long offset) {
    return struct.get(ValueLayout.JAVA_INT_UNALIGNED, offset) & 0xffff_ffffL;
  }

  /** The 32 bits as they are, for counts known to be small and for bit masks. */
  static int i32(MemorySegment struct, long offset) {
    return struct.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
  }

  static long u64(MemorySegment struct, long offset) {
    return struct.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
  }

  static void put8(MemorySegment struct, long offset, int value) {
    struct.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
  }

  static void put8(MemorySegment struct, long offset, boolean value) {
    struct.set(ValueLayout.JAVA_BYTE, offset, (byte) (value ? 1 : 0));
  }

  static void put16(MemorySegment struct, long offset, int value) {
    struct.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, (short) value);
  }

  static void put32(MemorySegment struct, long offset, long value) {
    struct.set(ValueLayout.JAVA_INT_UNALIGNED, offset, (int) value);
  }

  static void put64(MemorySegment struct, long offset, long value) {
    struct.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
  }

  /** An array of 32-bit members, at once: one by one they cost a start 2 ms. */
  static int[] ints(MemorySegment struct, long offset, int count) {
    int[] copy = new int[count];
    MemorySegment.copy(struct, ValueLayout.JAVA_INT_UNALIGNED, offset, copy, 0, count);
    return copy;
  }

  static void putInts(MemorySegment struct, long offset, int[] values) {
    MemorySegment.copy(values, 0, struct, ValueLayout.JAVA_INT_UNALIGNED, offset, values.length);
  }

  static byte[] bytes(MemorySegment struct, long offset, int length) {
    byte[] copy = new byte[length];
    MemorySegment.copy(struct, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
    return copy;
  }

  static void putBytes(MemorySegment struct, long offset, byte[] value) {
    MemorySegment.copy(value, 0, struct, ValueLayout.JAVA_BYTE, offset, value.length);
  }
}

package dev.spore.kvm;

import java.lang.foreign.MemorySegment;

/** Little-endian values of 1, 2 or 4 bytes, as port accesses have. */
final class Width {
  private Width() {}

  static long read(MemorySegment memory, long at, int bytes) {
    return switch (bytes) {
      case 1 -> Field.u8(memory, at);
      case 2 -> Field.u16(memory, at);
      case 4 -> Field.u32(memory, at);
      default -> throw unknown(bytes);
    };
  }

  static void write(MemorySegment memory, long at, int bytes, long value) {
    switch (bytes) {
      case 1 -> Field.put8(memory, at, (int) value);
      case 2 -> Field.put16(memory, at, (int) value);
      case 4 -> Field.put32(memory, at, value);
      default -> throw unknown(bytes);
    }
  }

  private static IllegalStateException unknown(int bytes) {
    return new IllegalStateException("KVM reports a port access of " + bytes + " bytes");
  }
}

package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import java.lang.foreign.Arena;

/** Fresh guest RAM for a test. */
final class TestRam {
  private TestRam() {}

  static GuestMemory mib(int mib) {
    return GuestMemory.ofSingle(Arena.ofAuto().allocate((long) mib << 20, GuestMemory.PAGE_BYTES));
  }

  static byte[] bytes(GuestMemory memory, long gpa, int length) {
    byte[] bytes = new byte[length];
    memory.read(gpa, bytes, 0, length);
    return bytes;
  }
}

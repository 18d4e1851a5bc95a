package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;

/** Copies from a source straight into guest RAM, without a buffer between. */
final class GuestCopy {
  private static final int STEP_BYTES = 64 << 20;

  private GuestCopy() {}

  /** Copies {@code source[offset, offset + lengthBytes)} to {@code gpa}. */
  static void copy(ByteSource source, long offset, GuestMemory memory, long gpa, long lengthBytes) {
    for (long done = 0; done < lengthBytes; done += STEP_BYTES) {
      int step = (int) Math.min(STEP_BYTES, lengthBytes - done);
      source.read(offset + done, memory.writable(gpa + done, step));
    }
  }
}

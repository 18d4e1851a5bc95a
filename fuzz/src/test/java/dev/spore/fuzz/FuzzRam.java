package dev.spore.fuzz;

import dev.spore.virtio.memory.GuestMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Guest RAM of a fuzz target: 16 KiB from address 0, filled from the input, zero beyond it. */
final class FuzzRam {
  static final int BYTES = 4 * GuestMemory.PAGE_BYTES;

  // One allocation for all inputs: a target makes tens of thousands of guests a second.
  private static final MemorySegment SEGMENT =
      Arena.global().allocate(BYTES, GuestMemory.PAGE_BYTES);

  private FuzzRam() {}

  static GuestMemory of(FuzzInput input) {
    SEGMENT.fill((byte) 0);
    byte[] bytes = input.bytes(BYTES);
    MemorySegment.copy(bytes, 0, SEGMENT, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return GuestMemory.ofSingle(SEGMENT);
  }
}

package dev.spore.cas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Finds chunks that hold nothing: they are neither hashed nor stored. */
public final class ZeroTest {
  private static final long STEP_BYTES = 64 << 10;

  private static final MemorySegment ZEROES = Arena.global().allocate(STEP_BYTES);

  private ZeroTest() {}

  /**
   * Whether every byte is zero; stops at the first that is not.
   *
   * <p>Compares with a block of zeroes, because that comparison is one vector routine under C1 and
   * C2 alike, where a loop over words is a call each under C1.
   */
  public static boolean isZero(MemorySegment bytes) {
    long size = bytes.byteSize();
    for (long at = 0; at < size; at += STEP_BYTES) {
      long end = Math.min(size, at + STEP_BYTES);
      if (MemorySegment.mismatch(bytes, at, end, ZEROES, 0, end - at) != -1) {
        return false;
      }
    }
    return true;
  }
}

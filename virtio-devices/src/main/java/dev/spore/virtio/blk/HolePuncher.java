package dev.spore.virtio.blk;

import java.io.IOException;

/**
 * Frees a range of the file behind a disk, so that it reads as zeroes: {@code
 * fallocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)}, which this module cannot call itself.
 */
@FunctionalInterface
public interface HolePuncher {
  /** For files that cannot have holes. */
  HolePuncher NONE = (offsetBytes, lengthBytes) -> false;

  /**
   * Frees {@code [offsetBytes, offsetBytes + lengthBytes)}, a range inside the file.
   *
   * @return false if the file system cannot do it; the range is unchanged then
   * @throws IOException if it can, and failed
   */
  boolean punch(long offsetBytes, long lengthBytes) throws IOException;
}

package dev.spore.virtio.blk;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What a block device stores its sectors in.
 *
 * <p>Called from one device thread at a time, with ranges already checked against {@link
 * #sizeBytes()}. An {@link IOException} becomes VIRTIO_BLK_S_IOERR for the guest; the machine lives
 * on.
 */
public interface Disk {
  /** Bytes of one sector, the unit every request of virtio-blk counts in. */
  int SECTOR_BYTES = 512;

  /** Size in bytes, a multiple of {@link #SECTOR_BYTES}; never changes. */
  long sizeBytes();

  /** Whether the device refuses everything that would change the disk. */
  boolean isReadOnly();

  /**
   * Fills {@code target} from {@code offsetBytes} on.
   *
   * @throws IOException also when fewer bytes are there, as in a file somebody truncated
   */
  void read(long offsetBytes, ByteBuffer target) throws IOException;

  /** Writes all of {@code source} at {@code offsetBytes}; durable only after {@link #flush()}. */
  void write(long offsetBytes, ByteBuffer source) throws IOException;

  /** Returns once everything written before is on stable storage. */
  void flush() throws IOException;

  /** A hint that the range's contents are no longer needed; it may read as anything afterwards. */
  void discard(long offsetBytes, long lengthBytes) throws IOException;

  /**
   * Makes the range read as zeroes.
   *
   * @param mayUnmap whether the range may lose its storage
   */
  void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap) throws IOException;
}

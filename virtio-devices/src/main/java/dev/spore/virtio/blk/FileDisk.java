package dev.spore.virtio.blk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A raw image in a file somebody else opened, and closes.
 *
 * <p>Uses positional reads and writes, never a mapping: a file truncated under a running guest is a
 * short read, which is an I/O error, where a mapping would be a SIGBUS. The device thread must not
 * be interrupted before the machine ends: that closes the channel.
 */
public final class FileDisk implements Disk {
  private static final int ZEROES_BYTES = 64 * 1024;

  private final FileChannel channel;
  private final boolean readOnly;
  private final HolePuncher puncher;
  private final long sizeBytes;
  private final ByteBuffer zeroes = ByteBuffer.allocateDirect(ZEROES_BYTES).asReadOnlyBuffer();

  /**
   * @param channel open for reading, and for writing unless {@code readOnly}
   * @param puncher how to free ranges of this file
   * @throws IOException if the size cannot be read, or is 0 or not a multiple of 512
   */
  public FileDisk(FileChannel channel, boolean readOnly, HolePuncher puncher) throws IOException {
    this.channel = channel;
    this.readOnly = readOnly;
    this.puncher = puncher;
    this.sizeBytes = channel.size();
    if (sizeBytes == 0 || sizeBytes % SECTOR_BYTES != 0) {
      throw new IOException(
          "disk image of %d bytes: it must be a multiple of 512 and not empty; pad it with"
                  .formatted(sizeBytes)
              + " 'truncate -s %512 FILE'");
    }
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public boolean isReadOnly() {
    return readOnly;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    long position = offsetBytes;
    while (target.hasRemaining()) {
      int count = channel.read(target, position);
      if (count < 0) {
        throw new EOFException(
            "disk image ends before byte %d of %d: it was truncated"
                .formatted(position + target.remaining(), sizeBytes));
      }
      position += count;
    }
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    long position = offsetBytes;
    while (source.hasRemaining()) {
      position += channel.write(source, position);
    }
  }

  @Override
  public void flush() throws IOException {
    channel.force(false);
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes) throws IOException {
    // A discard is only a hint: a file that cannot shed storage keeps its bytes.
    var _ = puncher.punch(offsetBytes, lengthBytes);
  }

  @Override
  public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap) throws IOException {
    if (mayUnmap && puncher.punch(offsetBytes, lengthBytes)) {
      return;
    }
    long position = offsetBytes;
    long left = lengthBytes;
    while (left > 0) {
      int piece = (int) Math.min(left, ZEROES_BYTES);
      write(position, zeroes.duplicate().limit(piece));
      position += piece;
      left -= piece;
    }
  }
}

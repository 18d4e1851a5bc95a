package dev.spore.virtio.queue;

import java.nio.ByteBuffer;

/**
 * Fills the writable bytes of a chain in order, little-endian, wherever the driver cut them into
 * descriptors. {@link #position()} is the length to report as used when nothing was skipped.
 *
 * <p>Asking for more than {@link #remaining()} throws {@link QueueException} before any byte is
 * written.
 */
public final class ChainWriter extends ChainCursor {
  ChainWriter(DescriptorChain chain, long bytes) {
    super(chain, chain.readableCount(), bytes);
  }

  public void putU8(int value) {
    number(1, value);
  }

  public void putU16(int value) {
    number(2, value);
  }

  public void putU32(long value) {
    number(4, value);
  }

  public void putU64(long value) {
    number(8, value);
  }

  /** Copies {@code source[offset, offset + length)}. */
  public void write(byte[] source, int offset, int length) {
    require(length);
    int done = 0;
    while (done < length) {
      int piece = (int) Math.min(length - done, contiguous());
      memory().write(gpa(), source, offset + done, piece);
      advance(piece);
      done += piece;
    }
  }

  /** Writes {@code bytes} times {@code value}. */
  public void fill(long bytes, byte value) {
    require(bytes);
    long left = bytes;
    while (left > 0) {
      long piece = Math.min(left, contiguous());
      memory().fill(gpa(), piece, value);
      advance(piece);
      left -= piece;
    }
  }

  /**
   * Takes the next piece that lies in one stretch of guest memory, for a channel to read into. Its
   * pages count as written whether or not the caller fills them.
   *
   * @param bytesMax at least 1
   * @return 1 to {@code bytesMax} bytes; empty only when none remain
   */
  public ByteBuffer span(int bytesMax) {
    if (remaining() == 0) {
      return ByteBuffer.allocate(0);
    }
    int piece = (int) Math.min(bytesMax, contiguous());
    ByteBuffer view = memory().writable(gpa(), piece);
    advance(piece);
    return view;
  }

  private void number(int width, long value) {
    require(width);
    if (contiguous() >= width) {
      long gpa = gpa();
      advance(width);
      switch (width) {
        case 1 -> memory().putU8(gpa, (int) value);
        case 2 -> memory().putU16(gpa, (int) value);
        case 4 -> memory().putU32(gpa, value);
        default -> memory().putU64(gpa, value);
      }
      return;
    }
    for (int i = 0; i < width; i++) {
      contiguous();
      memory().putU8(gpa(), (int) (value >>> (8 * i)));
      advance(1);
    }
  }
}

package dev.spore.virtio.queue;

import java.nio.ByteBuffer;

/**
 * Reads the readable bytes of a chain in order, little-endian and unsigned, wherever the driver cut
 * them into descriptors. Each call reads guest memory once: validate the result, not memory.
 *
 * <p>Asking for more than {@link #remaining()} throws {@link QueueException}.
 */
public final class ChainReader extends ChainCursor {
  ChainReader(DescriptorChain chain, long bytes) {
    super(chain, 0, bytes);
  }

  public int u8() {
    return (int) number(1);
  }

  public int u16() {
    return (int) number(2);
  }

  public long u32() {
    return number(4);
  }

  /** All 64 bits; compare with {@link Long#compareUnsigned}. */
  public long u64() {
    return number(8);
  }

  /** Copies the next {@code length} bytes to {@code target[offset, offset + length)}. */
  public void read(byte[] target, int offset, int length) {
    require(length);
    int done = 0;
    while (done < length) {
      int piece = (int) Math.min(length - done, contiguous());
      memory().read(gpa(), target, offset + done, piece);
      advance(piece);
      done += piece;
    }
  }

  /** The next {@code length} bytes as a copy. The caller bounds {@code length}. */
  public byte[] bytes(int length) {
    require(length);
    byte[] copy = new byte[length];
    read(copy, 0, length);
    return copy;
  }

  /**
   * Takes the next piece that lies in one stretch of guest memory, for a channel to write from: the
   * driver can still change it, so nothing in it may be validated.
   *
   * @param bytesMax at least 1
   * @return 1 to {@code bytesMax} bytes; empty only when none remain
   */
  public ByteBuffer span(int bytesMax) {
    if (remaining() == 0) {
      return ByteBuffer.allocate(0);
    }
    int piece = (int) Math.min(bytesMax, contiguous());
    ByteBuffer view = memory().readable(gpa(), piece);
    advance(piece);
    return view;
  }

  private long number(int width) {
    require(width);
    if (contiguous() >= width) {
      long gpa = gpa();
      advance(width);
      return switch (width) {
        case 1 -> memory().u8(gpa);
        case 2 -> memory().u16(gpa);
        case 4 -> memory().u32(gpa);
        default -> memory().u64(gpa);
      };
    }
    long value = 0;
    for (int i = 0; i < width; i++) {
      contiguous();
      value |= (long) memory().u8(gpa()) << (8 * i);
      advance(1);
    }
    return value;
  }
}

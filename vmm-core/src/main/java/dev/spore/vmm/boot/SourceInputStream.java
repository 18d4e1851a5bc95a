package dev.spore.vmm.boot;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A piece of a source as a stream; its owner closes the source. */
final class SourceInputStream extends InputStream {
  private static final int BUFFER_BYTES = 64 << 10;

  private final ByteSource source;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
  private long next;
  private final long end;

  /** Reads {@code [offset, end)}, which the caller knows to lie in the source. */
  SourceInputStream(ByteSource source, long offset, long end) {
    this.source = source;
    this.next = offset;
    this.end = end;
  }

  @Override
  public int read() {
    return fill() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, buffer.remaining());
    buffer.get(target, offset, count);
    return count;
  }

  private boolean fill() {
    if (!buffer.hasRemaining() && next < end) {
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - next));
      source.read(next, buffer);
      next += buffer.flip().remaining();
    }
    return buffer.hasRemaining();
  }
}

package dev.spore.vmm.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.tukaani.xz.MemoryLimitException;

/**
 * A compressed image, unpacked as it is read: the whole never lies in the heap. Apart from the
 * first bytes, where the headers are, it reads forward only.
 */
final class UnpackedSource implements ByteSource {
  private static final int PREFIX_BYTES = 64 << 10;

  private final ByteSource file;
  private final InputStream unpacked;
  private final long sizeBytes;
  private final byte[] prefix;
  private final byte[] buffer = new byte[PREFIX_BYTES];
  private long position;

  /**
   * @param file where the compressed bytes come from; closed with this
   * @param sizeBytes what the image says it unpacks to, at most {@link
   *     BootLimits#UNPACKED_BYTES_MAX}
   */
  UnpackedSource(ByteSource file, InputStream unpacked, long sizeBytes) {
    this.file = file;
    this.unpacked = unpacked;
    this.sizeBytes = sizeBytes;
    this.prefix = new byte[(int) Math.min(PREFIX_BYTES, sizeBytes)];
  }

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    if (!ByteSource.fits(offset, target.remaining(), sizeBytes)) {
      throw tooShort(sizeBytes);
    }
    if (position == 0) {
      readForward(ByteBuffer.wrap(prefix));
    }
    if (offset < prefix.length) {
      target.put(prefix, (int) offset, (int) Math.min(prefix.length - offset, target.remaining()));
    }
    if (target.hasRemaining()) {
      skipTo(Math.max(offset, prefix.length));
      readForward(target);
    }
  }

  /**
   * Reads on to the end, so that the format's own checksum is checked.
   *
   * @throws dev.spore.vmm.SporeException object.invalid when it does not hold, or the end is not
   *     where the image says
   */
  void finish() {
    skipTo(sizeBytes);
    try {
      if (unpacked.read() >= 0) {
        throw BootError.damaged(
            name(), "unpacks to more than the %d bytes it declares".formatted(sizeBytes));
      }
    } catch (IOException e) {
      throw corrupt(e);
    }
  }

  @Override
  public void close() {
    try (file) {
      unpacked.close();
    } catch (IOException e) {
      throw new UncheckedIOException(name() + ": closing failed", e);
    }
  }

  private void skipTo(long offset) {
    if (offset < position) {
      throw BootError.damaged(name(), "has segments that share bytes of its packed payload");
    }
    while (position < offset) {
      readForward(ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, offset - position)));
    }
  }

  private void readForward(ByteBuffer target) {
    try {
      while (target.hasRemaining()) {
        int count = unpacked.read(buffer, 0, Math.min(buffer.length, target.remaining()));
        if (count < 0) {
          throw tooShort(position);
        }
        target.put(buffer, 0, count);
        position += count;
      }
    } catch (IOException e) {
      throw corrupt(e);
    }
  }

  private RuntimeException tooShort(long end) {
    return BootError.damaged(
        name(), "unpacks to %d bytes, fewer than its headers speak of".formatted(end));
  }

  private RuntimeException corrupt(IOException cause) {
    if (cause instanceof MemoryLimitException) {
      return BootError.invalid(
          name(),
          "needs more memory to unpack than this process may use",
          "allow it a larger heap, or give the kernel's vmlinux");
    }
    return BootError.damaged(name(), "has a payload that cannot be unpacked", cause);
  }
}

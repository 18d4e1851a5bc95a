package dev.spore.vmm.boot;

import java.nio.ByteBuffer;

/** Bytes already in memory. */
final class ArraySource implements ByteSource {
  private final String name;
  private final byte[] bytes;

  /** Reads {@code bytes} without copying them: nobody may write to them any more. */
  ArraySource(String name, byte[] bytes) {
    this.name = name;
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long sizeBytes() {
    return bytes.length;
  }

  @Override
  public void read(long offset, ByteBuffer target) {
    if (!ByteSource.fits(offset, target.remaining(), bytes.length)) {
      throw BootError.damaged(name, "ends before byte %d".formatted(offset + target.remaining()));
    }
    target.put(bytes, (int) offset, target.remaining());
  }

  @Override
  public void close() {
    // Nothing to give back.
  }
}

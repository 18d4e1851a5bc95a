package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.blk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A small disk that fails the target if it is touched where, or in a way, it must not be. */
final class FuzzDisk implements Disk {
  static final int BYTES = 16 * SECTOR_BYTES;

  private final boolean readOnly;
  private final boolean failing;
  private final byte[] bytes = new byte[BYTES];

  FuzzDisk(boolean readOnly, boolean failing) {
    this.readOnly = readOnly;
    this.failing = failing;
  }

  @Override
  public long sizeBytes() {
    return BYTES;
  }

  @Override
  public boolean isReadOnly() {
    return readOnly;
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    check(offsetBytes, target.remaining());
    target.put(bytes, (int) offsetBytes, target.remaining());
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    change(offsetBytes, source.remaining());
    source.get(bytes, (int) offsetBytes, source.remaining());
  }

  @Override
  public void flush() throws IOException {
    change(0, 0);
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes) throws IOException {
    change(offsetBytes, lengthBytes);
  }

  @Override
  public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap) throws IOException {
    change(offsetBytes, lengthBytes);
  }

  private void change(long offsetBytes, long lengthBytes) throws IOException {
    assertThat(readOnly).isFalse();
    check(offsetBytes, lengthBytes);
  }

  private void check(long offsetBytes, long lengthBytes) throws IOException {
    assertThat(offsetBytes).isBetween(0L, (long) BYTES);
    assertThat(lengthBytes).isBetween(0L, BYTES - offsetBytes);
    if (failing) {
      throw new IOException("disk fails");
    }
  }
}

package dev.spore.vmm.capture;

import dev.spore.cas.Batch;
import dev.spore.virtio.blk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A disk that can be taken down as it is at one instant while the guest goes on writing to it: what
 * is about to change is taken down first.
 */
public final class SealableDisk implements Disk {
  private final Disk disk;
  private volatile @Nullable DiskSeal seal;

  public SealableDisk(Disk disk) {
    this.disk = disk;
  }

  /**
   * Begins to take the disk down as it is now; nothing is being written to it. Close the result in
   * any case.
   *
   * @throws IllegalStateException if that is going on already
   */
  public DiskSeal seal(Batch batch) {
    if (seal != null) {
      throw new IllegalStateException("the disk is being sealed");
    }
    DiskSeal begun = new DiskSeal(disk, batch, () -> seal = null);
    seal = begun;
    return begun;
  }

  @Override
  public long sizeBytes() {
    return disk.sizeBytes();
  }

  @Override
  public boolean isReadOnly() {
    return disk.isReadOnly();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    disk.read(offsetBytes, target);
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    beforeChange(offsetBytes, source.remaining());
    disk.write(offsetBytes, source);
  }

  @Override
  public void flush() throws IOException {
    disk.flush();
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes) throws IOException {
    beforeChange(offsetBytes, lengthBytes);
    disk.discard(offsetBytes, lengthBytes);
  }

  @Override
  public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap) throws IOException {
    beforeChange(offsetBytes, lengthBytes);
    disk.writeZeroes(offsetBytes, lengthBytes, mayUnmap);
  }

  private void beforeChange(long offsetBytes, long lengthBytes) {
    DiskSeal current = seal;
    if (current != null && lengthBytes > 0) {
      current.beforeChange(offsetBytes, lengthBytes);
    }
  }
}

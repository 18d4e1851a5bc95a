package dev.spore.virtio.blk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A disk that keeps the order of what reached it, and fails on demand as a host does. */
final class RecordingDisk implements Disk {
  final List<String> calls = new ArrayList<>();
  @Nullable String failure;

  private final Disk inner;

  RecordingDisk(Disk inner) {
    this.inner = inner;
  }

  @Override
  public long sizeBytes() {
    return inner.sizeBytes();
  }

  @Override
  public boolean isReadOnly() {
    return inner.isReadOnly();
  }

  @Override
  public void read(long offsetBytes, ByteBuffer target) throws IOException {
    note("read " + offsetBytes + "+" + target.remaining());
    inner.read(offsetBytes, target);
  }

  @Override
  public void write(long offsetBytes, ByteBuffer source) throws IOException {
    note("write " + offsetBytes + "+" + source.remaining());
    inner.write(offsetBytes, source);
  }

  @Override
  public void flush() throws IOException {
    note("flush");
    inner.flush();
  }

  @Override
  public void discard(long offsetBytes, long lengthBytes) throws IOException {
    note("discard " + offsetBytes + "+" + lengthBytes);
    inner.discard(offsetBytes, lengthBytes);
  }

  @Override
  public void writeZeroes(long offsetBytes, long lengthBytes, boolean mayUnmap) throws IOException {
    note("zero " + offsetBytes + "+" + lengthBytes + (mayUnmap ? " unmap" : ""));
    inner.writeZeroes(offsetBytes, lengthBytes, mayUnmap);
  }

  private void note(String call) throws IOException {
    calls.add(call);
    if (failure != null) {
      throw new IOException(failure);
    }
  }
}

package dev.spore.vmm.boot;

import java.io.Closeable;
import java.nio.ByteBuffer;

/** Where the bytes of an image come from. Not thread-safe. */
sealed interface ByteSource extends Closeable permits FileSource, ArraySource, UnpackedSource {
  /** What messages call the object, for example {@code kernel /boot/vmlinux}. */
  String name();

  /** Bytes there are. */
  long sizeBytes();

  /**
   * Fills what remains of {@code target} with the bytes from {@code offset} on.
   *
   * @throws dev.spore.vmm.SporeException object.invalid when the source ends before or cannot be
   *     read
   */
  void read(long offset, ByteBuffer target);

  @Override
  void close();

  /** Whether {@code [offset, offset + lengthBytes)} lies in {@code [0, sizeBytes)}; never wraps. */
  static boolean fits(long offset, long lengthBytes, long sizeBytes) {
    return offset >= 0
        && lengthBytes >= 0
        && offset <= sizeBytes
        && lengthBytes <= sizeBytes - offset;
  }
}

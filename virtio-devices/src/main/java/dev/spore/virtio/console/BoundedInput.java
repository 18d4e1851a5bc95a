package dev.spore.virtio.console;

import dev.spore.virtio.Limits;
import java.util.ArrayDeque;

/** Host input the guest has not taken yet, at most {@link Limits#CONSOLE_INPUT_BYTES_MAX}. */
final class BoundedInput {
  private final ArrayDeque<Byte> bytes = new ArrayDeque<>();

  /** Returns how many of the bytes found room; the first ones. */
  synchronized int add(byte[] source, int offset, int length) {
    int room = Math.min(length, Limits.CONSOLE_INPUT_BYTES_MAX - bytes.size());
    for (int i = 0; i < room; i++) {
      bytes.add(source[offset + i]);
    }
    return room;
  }

  /** Takes up to {@code bytesMax} bytes, oldest first. */
  synchronized byte[] take(int bytesMax) {
    byte[] taken = new byte[Math.min(bytesMax, bytes.size())];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = bytes.remove();
    }
    return taken;
  }

  synchronized boolean isEmpty() {
    return bytes.isEmpty();
  }
}

package dev.spore.virtio.console;

/** Where guest output goes. Called on the device thread. */
public interface ConsoleSink {
  /**
   * Takes {@code bytes[offset, offset + length)} or drops what it has no room for; must not block
   * and must not keep the array. {@link BoundedOutput} does so for a reader that may stall.
   */
  void write(byte[] bytes, int offset, int length);
}

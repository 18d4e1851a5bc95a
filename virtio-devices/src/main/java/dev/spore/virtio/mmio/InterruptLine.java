package dev.spore.virtio.mmio;

import dev.spore.virtio.Interrupt;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * InterruptStatus and the line that follows it (virtio 1.2 §4.2.2): up while any bit is set.
 * Lock-free, for the device thread raises while vCPU threads acknowledge.
 */
final class InterruptLine {
  /** The device used buffers. */
  static final int USED_BUFFER = 1;

  /** Configuration or status changed. */
  static final int CONFIG_CHANGE = 2;

  private final Interrupt line;
  private final AtomicInteger status = new AtomicInteger();

  InterruptLine(Interrupt line) {
    this.line = line;
  }

  int status() {
    return status.get();
  }

  void raise(int bit) {
    status.getAndUpdate(old -> old | bit);
    drive();
  }

  /** Clears {@code bits}; the line falls with the last of them. */
  void acknowledge(int bits) {
    int old = status.getAndUpdate(s -> s & ~bits);
    if (old != 0 && (old & ~bits) == 0) {
      drive();
    }
  }

  /** Sets all bits at once, at a reset or restore, and makes the line follow. */
  void set(int bits) {
    status.set(bits);
    drive();
  }

  /** Drives a line that is up once more, for whoever could not hear it before. */
  void repeat() {
    if (status.get() != 0) {
      drive();
    }
  }

  /**
   * Whoever drove the line looks again afterwards: if the status changed in between, the line may
   * have been driven in the wrong order, and is driven once more.
   */
  private void drive() {
    boolean up;
    do {
      up = status.get() != 0;
      if (up) {
        line.raise();
      } else {
        line.lower();
      }
    } while ((status.get() != 0) != up);
  }
}

package dev.spore.virtio.queue;

/** One split virtqueue as the device side sees it (virtio 1.2 §2.7). */
public final class Virtqueue {
  Virtqueue() {}

  /** Whether the driver set the queue up. */
  public boolean isReady() {
    return false;
  }
}

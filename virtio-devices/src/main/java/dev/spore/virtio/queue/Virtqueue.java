package dev.spore.virtio.queue;

/** Placeholder of the contract; the queue's own series replaces it. */
public final class Virtqueue {
  private Virtqueue() {}
}

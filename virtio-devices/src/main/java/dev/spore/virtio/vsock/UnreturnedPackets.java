package dev.spore.virtio.vsock;

import dev.spore.virtio.Limits;
import dev.spore.virtio.queue.DescriptorChain;
import dev.spore.virtio.queue.Virtqueue;
import java.util.ArrayDeque;

/**
 * Packets taken from the guest whose buffers its driver has not got back yet.
 *
 * <p>Linux wants an interrupt for every buffer it gets back, wakes a thread for it, and only frees
 * memory there. So buffers are kept until the guest is interrupted anyway, or until they are many:
 * one interrupt for many packets. Device thread.
 */
final class UnreturnedPackets {
  private static final int RING_SHARE = 4;

  private final ArrayDeque<DescriptorChain> chains = new ArrayDeque<>();
  private int buffers;
  private long bytes;

  void add(DescriptorChain chain) {
    chains.add(chain);
    buffers += chain.bufferCount();
    bytes += chain.readableBytes() + chain.writableBytes();
  }

  /**
   * Whether the guest may come to miss them.
   *
   * @param ringSize descriptors of the ring they are from
   */
  boolean isMuch(int ringSize) {
    return bytes > Limits.VSOCK_UNRETURNED_BYTES_MAX || buffers > ringSize / RING_SHARE;
  }

  /** Gives all back, oldest first; the driver hears of it with the queue's next interrupt. */
  void returnAll(Virtqueue transmit) {
    for (DescriptorChain chain : chains) {
      transmit.addUsed(chain, 0);
    }
    clear();
  }

  /** The queue they are from is gone. */
  void clear() {
    chains.clear();
    buffers = 0;
    bytes = 0;
  }
}

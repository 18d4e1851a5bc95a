package dev.spore.virtio;

/** Every bound on what a guest can make a device do: why this number, and what happens at it. */
public final class Limits {
  /** Ring size offered to drivers; Linux asks for at most 256 on MMIO. A larger one is refused. */
  public static final int QUEUE_SIZE_MAX = 256;

  /** Queues a device may have; QueueSel beyond it reads as absent. Vsock has the most: three. */
  public static final int QUEUES_MAX = 4;

  /** Configuration space, bytes (virtio 1.2 §4.2.2 puts it at 0x100 of the window). */
  public static final int CONFIG_BYTES_MAX = 256;

  private Limits() {}
}

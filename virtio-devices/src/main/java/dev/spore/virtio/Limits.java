package dev.spore.virtio;

/** Every bound on what a guest can make a device do: why this number, and what happens at it. */
public final class Limits {
  /** Messages one device may log in {@link #LOG_WINDOW_NANOS}; more are counted, not printed. */
  public static final int LOG_BURST = 10;

  /** Nanoseconds after which a device may log {@link #LOG_BURST} messages again. */
  public static final long LOG_WINDOW_NANOS = 5_000_000_000L;

  /** Ring size offered to drivers; Linux asks for at most 256 on MMIO. A larger one is refused. */
  public static final int QUEUE_SIZE_MAX = 256;

  /** Queues a device may have; QueueSel beyond it reads as absent. Vsock has the most: three. */
  public static final int QUEUES_MAX = 4;

  /** Configuration space, bytes (virtio 1.2 §4.2.2 puts it at 0x100 of the window). */
  public static final int CONFIG_BYTES_MAX = 256;

  /**
   * Entries of an indirect table; more are a guest fault. Linux may exceed the ring size here (its
   * block layer stays within SEG_MAX); 1024 is what QEMU accepts too.
   */
  public static final int INDIRECT_DESCRIPTORS_MAX = 1024;

  /** Bytes of one chain (virtio 1.2 §2.7.4 allows no more); a longer one is a guest fault. */
  public static final long CHAIN_BYTES_MAX = 1L << 32;

  /** Log messages of one device in one window; what exceeds it is counted, not written. */
  public static final int LOG_MESSAGES_MAX = 10;

  /** Length of a log window, nanoseconds: 5 s, so a day of hostility is some 170 000 lines. */
  public static final long LOG_WINDOW_NANOS = 5_000_000_000L;

  private Limits() {}
}

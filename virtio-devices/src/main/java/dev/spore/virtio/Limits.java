package dev.spore.virtio;

/** Every bound on what a guest can make a device do: why this number, and what happens at it. */
public final class Limits {
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

  /**
   * Ring of a block device. Linux prepares every tag of it at boot, so it is no larger than keeps a
   * disk busy.
   */
  public static final int BLK_QUEUE_SIZE = 128;

  /** SEG_MAX told to drivers: a full ring less the header and the status descriptor. */
  public static final int BLK_SEGMENTS_MAX = BLK_QUEUE_SIZE - 2;

  /**
   * Data of one read or write, bytes: Linux asks for 1.25 MiB unless told otherwise. A larger
   * request is answered IOERR, so that one request cannot hold the device thread for seconds.
   */
  public static final long BLK_REQUEST_BYTES_MAX = 32L << 20;

  /** Bytes after which a block device tells the guest what is done, and lets a reset come in. */
  public static final long BLK_PASS_BYTES = 1L << 20;

  /** What a request without data counts against {@link #BLK_PASS_BYTES}. */
  public static final long BLK_PASS_REQUEST_BYTES = 4096;

  /** Sectors of one discard segment, 2 GiB; a longer one is answered IOERR. */
  public static final int BLK_DISCARD_SECTORS_MAX = 1 << 22;

  /** Segments of one discard request; more are answered IOERR. */
  public static final int BLK_DISCARD_SEGMENTS_MAX = 16;

  /** Sectors of one write-zeroes segment, 32 MiB: they may have to be written one by one. */
  public static final int BLK_ZERO_SECTORS_MAX = 1 << 16;

  /** Segments of one write-zeroes request; more are answered IOERR. */
  public static final int BLK_ZERO_SEGMENTS_MAX = 1;

  /**
   * Requests a device serves before it lets others in (its other queues, a reset); the rest waits
   * for the next turn, which comes at once.
   */
  public static final int BATCH_CHAINS_MAX = 64;

  /** Guest output a console takes in one turn, bytes; a longer buffer is continued in the next. */
  public static final int CONSOLE_BATCH_BYTES_MAX = 256 * 1024;

  /** Host input a console holds for a guest that does not read; more is not taken. */
  public static final int CONSOLE_INPUT_BYTES_MAX = 64 * 1024;

  /**
   * Random bytes one request gets. Linux asks for less than 100; a request for a gigabyte gets this
   * much and may ask again.
   */
  public static final int RNG_CHAIN_BYTES_MAX = 4096;

  /**
   * Receive and transmit ring of a vsock device. Linux fills the receive ring with 4 KiB buffers at
   * boot: at this size they hold as much as one connection may send.
   */
  public static final int VSOCK_QUEUE_SIZE = 128;

  /** Event ring of a vsock device: Linux posts eight buffers. */
  public static final int VSOCK_EVENT_QUEUE_SIZE = 16;

  /**
   * Connections of one guest, open or half-open, and threads that serve those it opened; a request
   * beyond it is answered RST, a connect fails.
   */
  public static final int VSOCK_CONNECTIONS_MAX = 1024;

  /** Connects of the host that wait for the guest's answer; one more fails at once. */
  public static final int VSOCK_CONNECTING_MAX = 128;

  /**
   * Answers that wait for receive buffers, RESPONSE included; while there are as many, the guest's
   * packets stay in its ring.
   */
  public static final int VSOCK_REPLIES_MAX = 128;

  /**
   * Bytes of packets taken from the guest that are not given back to its driver yet, which would
   * cost it an interrupt; beyond, they are. Also given back at a quarter of the ring.
   */
  public static final int VSOCK_UNRETURNED_BYTES_MAX = 256 * 1024;

  /** Bytes held each way for a connection while there are few: what Linux promises by default. */
  public static final int VSOCK_LARGE_BUFFER_BYTES = 256 * 1024;

  /** Connections that get the large buffer: 16 MiB each way at most. */
  public static final int VSOCK_LARGE_BUFFERS_MAX = 64;

  /** Bytes held each way for all further connections: 30 MiB each way at most. */
  public static final int VSOCK_SMALL_BUFFER_BYTES = 32 * 1024;

  /**
   * How long closing a machine waits for a device thread, nanoseconds, before it interrupts it, and
   * again before it leaves it behind: 3 s, for a healthy disk ends a request in much less.
   */
  public static final long DEVICE_END_NANOS_MAX = 3_000_000_000L;

  private Limits() {}
}

package dev.spore.virtio.queue;

import dev.spore.virtio.memory.GuestMemory;

/**
 * One request: a validated copy of a descriptor chain (virtio 1.2 §2.7.5).
 *
 * <p>What the driver does to its descriptors afterwards changes nothing here; what it does to the
 * buffers does, so a device copies what it validates. Readable buffers come before writable ones,
 * every buffer lies in guest RAM, and the total is at most 4 GiB. Not thread-safe.
 */
public final class DescriptorChain {
  private final GuestMemory memory;
  private final int head;
  private final long[] addresses;
  private final int[] lengths;
  private final int readableCount;
  private final long readableBytes;
  private final long writableBytes;

  DescriptorChain(
      GuestMemory memory,
      int head,
      long[] addresses,
      int[] lengths,
      int readableCount,
      long readableBytes,
      long writableBytes) {
    this.memory = memory;
    this.head = head;
    this.addresses = addresses;
    this.lengths = lengths;
    this.readableCount = readableCount;
    this.readableBytes = readableBytes;
    this.writableBytes = writableBytes;
  }

  /** Index of the first descriptor: the chain's name in the used ring. */
  public int head() {
    return head;
  }

  /** Bytes the driver gave to read, 0 to 2^32. */
  public long readableBytes() {
    return readableBytes;
  }

  /** Bytes the driver gave to fill, 0 to 2^32. */
  public long writableBytes() {
    return writableBytes;
  }

  /** A new cursor at the first readable byte. */
  public ChainReader reader() {
    return new ChainReader(this, readableBytes);
  }

  /** A new cursor at the first writable byte. */
  public ChainWriter writer() {
    return new ChainWriter(this, writableBytes);
  }

  GuestMemory memory() {
    return memory;
  }

  /** Buffers, readable and writable; no fewer than the descriptors it takes of the ring. */
  public int bufferCount() {
    return addresses.length;
  }

  /** Number of the first writable buffer. */
  int readableCount() {
    return readableCount;
  }

  long address(int buffer) {
    return addresses[buffer];
  }

  long length(int buffer) {
    return Integer.toUnsignedLong(lengths[buffer]);
  }
}

package dev.spore.virtio.queue;

import dev.spore.virtio.Limits;
import dev.spore.virtio.memory.GuestMemory;
import java.util.Arrays;

/**
 * Walks one chain from its head (virtio 1.2 §2.7.5), reading every descriptor exactly once, and
 * yields the validated copy. Scratch space is kept between chains; used by one thread at a time.
 */
final class DescriptorWalk {
  private static final int F_NEXT = 1;
  private static final int F_WRITE = 2;
  private static final int F_INDIRECT = 4;

  private final GuestMemory memory;
  private final QueueLayout layout;
  private final boolean indirectAllowed;
  private final long[] addresses;
  private final int[] lengths;
  private int count;
  private int readableCount;
  private long readableBytes;
  private long writableBytes;

  DescriptorWalk(GuestMemory memory, QueueLayout layout, boolean indirectAllowed) {
    this.memory = memory;
    this.layout = layout;
    this.indirectAllowed = indirectAllowed;
    int most = layout.size() + (indirectAllowed ? Limits.INDIRECT_DESCRIPTORS_MAX : 0);
    addresses = new long[most];
    lengths = new int[most];
  }

  DescriptorChain walk(int head) {
    count = 0;
    readableCount = 0;
    readableBytes = 0;
    writableBytes = 0;
    table(layout.descriptorGpa(), layout.size(), head, false);
    return new DescriptorChain(
        memory,
        head,
        Arrays.copyOf(addresses, count),
        Arrays.copyOf(lengths, count),
        readableCount,
        readableBytes,
        writableBytes);
  }

  /** Follows {@code next} through one table for at most as many steps as it has entries. */
  private void table(long tableGpa, int entries, int first, boolean nested) {
    int index = first;
    for (int step = 0; step < entries; step++) {
      if (index >= entries) {
        throw new QueueException("descriptor %d of a table of %d".formatted(index, entries));
      }
      long gpa = tableGpa + (long) index * QueueLayout.DESCRIPTOR_BYTES;
      long address = memory.u64(gpa);
      long rest = memory.u64(gpa + 8);
      long length = rest & 0xffff_ffffL;
      int flags = (int) (rest >>> 32) & 0xffff;
      if ((flags & F_INDIRECT) != 0) {
        indirect(address, length, flags, nested);
        return;
      }
      add(address, length, (flags & F_WRITE) != 0);
      if ((flags & F_NEXT) == 0) {
        return;
      }
      index = (int) (rest >>> 48);
    }
    throw new QueueException("chain is longer than its table of %d, or a loop".formatted(entries));
  }

  /** §2.7.5.3: a table of its own ends the chain; its WRITE flag is to be ignored. */
  private void indirect(long tableGpa, long bytes, int flags, boolean nested) {
    if (!indirectAllowed || nested || (flags & F_NEXT) != 0) {
      throw new QueueException(
          "indirect descriptor that is %s"
              .formatted(
                  nested ? "nested" : indirectAllowed ? "chained to another" : "not negotiated"));
    }
    long entries = bytes / QueueLayout.DESCRIPTOR_BYTES;
    if (entries == 0
        || bytes % QueueLayout.DESCRIPTOR_BYTES != 0
        || entries > Limits.INDIRECT_DESCRIPTORS_MAX
        || !memory.contains(tableGpa, bytes)) {
      throw new QueueException("indirect table at 0x%x of %d bytes".formatted(tableGpa, bytes));
    }
    table(tableGpa, (int) entries, 0, true);
  }

  private void add(long address, long length, boolean writable) {
    if (!writable && count > readableCount) {
      throw new QueueException("readable descriptor after a writable one");
    }
    // An empty descriptor names no byte of memory, so its address is not looked at.
    if (length != 0 && !memory.contains(address, length)) {
      throw new QueueException("buffer 0x%x+0x%x is not in RAM".formatted(address, length));
    }
    if (readableBytes + writableBytes + length > Limits.CHAIN_BYTES_MAX) {
      throw new QueueException("chain of more than %d bytes".formatted(Limits.CHAIN_BYTES_MAX));
    }
    addresses[count] = address;
    lengths[count] = (int) length;
    count++;
    if (writable) {
      writableBytes += length;
    } else {
      readableCount = count;
      readableBytes += length;
    }
  }
}

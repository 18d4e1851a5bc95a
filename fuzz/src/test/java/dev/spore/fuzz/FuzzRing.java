package dev.spore.fuzz;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.Virtqueue;

/**
 * The driver's end of a ring of 8 whose chains are one descriptor each, for targets that attack
 * what is in the buffers, not the ring.
 */
final class FuzzRing {
  static final int SIZE = 8;

  private static final int WRITE = 2;

  private final GuestMemory memory;
  private final QueueLayout layout;
  private int offered;
  private int used;

  /** A ring in the 0x180 bytes at {@code gpa}. */
  FuzzRing(GuestMemory memory, long gpa) {
    this.memory = memory;
    this.layout = new QueueLayout(SIZE, gpa, gpa + 0x80, gpa + 0x100);
    layout.validate(memory, SIZE);
  }

  Virtqueue open() {
    return Virtqueue.open(memory, layout, 0, () -> {});
  }

  boolean isFull() {
    return offered - used == SIZE;
  }

  /** The slot, 0 to 7, that the next chain offered will have. */
  int nextSlot() {
    return offered % SIZE;
  }

  /** Offers one buffer; the ring must not be full. */
  void offer(long gpa, int lengthBytes, boolean writable) {
    int slot = nextSlot();
    long descriptor = layout.descriptorGpa() + 16L * slot;
    memory.putU64(descriptor, gpa);
    memory.putU32(descriptor + 8, lengthBytes);
    memory.putU16(descriptor + 12, writable ? WRITE : 0);
    memory.putU16(layout.driverGpa() + 4 + 2L * slot, slot);
    offered++;
    memory.putU16Release(layout.driverGpa() + 2, offered);
  }

  /** Whether the device used a buffer since the last call; {@link #usedLength} is its length. */
  boolean takeUsed() {
    if (memory.u16Acquire(layout.deviceGpa() + 2) == (used & 0xffff)) {
      return false;
    }
    used++;
    return true;
  }

  int usedSlot() {
    return (int) memory.u32(element());
  }

  long usedLength() {
    return memory.u32(element() + 4);
  }

  private long element() {
    return layout.deviceGpa() + 4 + 8L * ((used - 1) % SIZE);
  }
}

package dev.spore.virtio.queue;

import dev.spore.virtio.memory.GuestMemory;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * The driver's side of one split ring, for tests of devices: writes real rings in real guest memory
 * and looks at nothing but guest memory.
 */
public final class RingDriver {
  public static final int NEXT = 1;
  public static final int WRITE = 2;
  public static final int INDIRECT = 4;

  /** One descriptor-to-be. */
  public record Piece(long gpa, long length, boolean writable) {
    public static Piece read(long gpa, long length) {
      return new Piece(gpa, length, false);
    }

    public static Piece write(long gpa, long length) {
      return new Piece(gpa, length, true);
    }
  }

  /** One element of the used ring. */
  public record Used(int head, long length) {}

  private final GuestMemory memory;
  private final QueueLayout layout;
  private int nextDescriptor;
  private int availIndex;
  private int seenUsed;

  public RingDriver(GuestMemory memory, QueueLayout layout) {
    this.memory = memory;
    this.layout = layout;
  }

  /** A ring of {@code size} whose three areas start at {@code gpa}, 16-byte aligned, in a row. */
  public static RingDriver at(GuestMemory memory, long gpa, int size) {
    long driver = gpa + 16L * size;
    long device = (driver + 6 + 2L * size + 3) & ~3L;
    return new RingDriver(memory, new QueueLayout(size, gpa, driver, device));
  }

  /** The same driver, as far as this one has come, in a copy of its memory. */
  public RingDriver in(GuestMemory copy) {
    RingDriver driver = new RingDriver(copy, layout);
    driver.nextDescriptor = nextDescriptor;
    driver.availIndex = availIndex;
    driver.seenUsed = seenUsed;
    return driver;
  }

  public QueueLayout layout() {
    return layout;
  }

  /** The device side of this ring, as the transport would open it. */
  public Virtqueue open(long features, Runnable signal) {
    layout.validate(memory, layout.size());
    return Virtqueue.open(memory, layout, features, signal);
  }

  /** Writes descriptor {@code index} as given. */
  public void descriptor(int index, long gpa, long length, int flags, int next) {
    descriptorAt(layout.descriptorGpa() + 16L * index, gpa, length, flags, next);
  }

  /** Writes one 16-byte descriptor anywhere, for indirect tables. */
  public void descriptorAt(long at, long gpa, long length, int flags, int next) {
    memory.putU64(at, gpa);
    memory.putU32(at + 8, length);
    memory.putU16(at + 12, flags);
    memory.putU16(at + 14, next);
  }

  /**
   * Writes a chain over the next free descriptors, round robin, and offers it.
   *
   * @return its head
   */
  public int offer(Piece... pieces) {
    int head = nextDescriptor;
    for (int i = 0; i < pieces.length; i++) {
      int index = nextDescriptor;
      nextDescriptor = (nextDescriptor + 1) % layout.size();
      int flags = (pieces[i].writable() ? WRITE : 0) | (i + 1 < pieces.length ? NEXT : 0);
      descriptor(index, pieces[i].gpa(), pieces[i].length(), flags, nextDescriptor);
    }
    offerHead(head);
    return head;
  }

  /** Puts {@code head}, valid or not, into the available ring and publishes it. */
  public void offerHead(int head) {
    memory.putU16(layout.driverGpa() + 4 + 2L * (availIndex % layout.size()), head);
    publish(availIndex + 1);
  }

  /** Sets the available index to any value. */
  public void publish(int index) {
    availIndex = index & 0xffff;
    memory.putU16Release(layout.driverGpa() + 2, availIndex);
  }

  /** Starts the driver's indices, and those in memory, at {@code index}. */
  public void startAt(int index) {
    seenUsed = index & 0xffff;
    publish(index);
    memory.putU16(layout.deviceGpa() + 2, index);
  }

  public int availIndex() {
    return availIndex;
  }

  public int usedIndex() {
    return memory.u16Acquire(layout.deviceGpa() + 2);
  }

  /** What the device used since the last call, oldest first. */
  public List<Used> takeUsed() {
    List<Used> taken = new ArrayList<>();
    while (seenUsed != usedIndex()) {
      long element = layout.deviceGpa() + 4 + 8L * (seenUsed % layout.size());
      taken.add(new Used((int) memory.u32(element), memory.u32(element + 4)));
      seenUsed = (seenUsed + 1) & 0xffff;
    }
    return taken;
  }

  /** Sets {@code avail.flags}: 1 asks for no interrupts (without EVENT_IDX). */
  public void flags(int flags) {
    memory.putU16(layout.driverGpa(), flags);
  }

  /** Asks for an interrupt once the used index passes {@code index} (with EVENT_IDX). */
  public void usedEvent(int index) {
    memory.putU16(layout.usedEventGpa(), index);
  }

  /** What {@link #usedEvent(int)} was set to. */
  public int usedEvent() {
    return memory.u16(layout.usedEventGpa());
  }

  /** The index at which the device wants to be notified (with EVENT_IDX). */
  public int availEvent() {
    return memory.u16(layout.availEventGpa());
  }

  /** Whether the device asked to hear of what was offered since {@code before} (§2.7.10.1). */
  public boolean wantsNotification(int before) {
    VarHandle.fullFence();
    int behind = (availIndex - availEvent() - 1) & 0xffff;
    return behind < ((availIndex - before) & 0xffff);
  }

  /**
   * Asks for an interrupt at the next used buffer, then looks once more.
   *
   * @param seen used index up to which the driver has looked
   * @return whether the driver may sleep: an interrupt will follow
   */
  public boolean sleepsUntilUsed(int seen) {
    usedEvent(seen);
    VarHandle.fullFence();
    return usedIndex() == seen;
  }
}

package dev.spore.virtio.queue;

import dev.spore.virtio.memory.GuestMemory;

/**
 * Where a driver put a split ring (virtio 1.2 §2.7): a copy taken at DRIVER_OK, so that what is
 * checked here is what is used afterwards.
 *
 * @param size number of descriptors, as the driver wrote it
 * @param descriptorGpa descriptor table, 16-byte aligned (§2.7.5)
 * @param driverGpa available ring, 2-byte aligned (§2.7.6)
 * @param deviceGpa used ring, 4-byte aligned (§2.7.8)
 */
public record QueueLayout(int size, long descriptorGpa, long driverGpa, long deviceGpa) {
  static final int DESCRIPTOR_BYTES = 16;
  static final int USED_ELEMENT_BYTES = 8;

  /** Offset of {@code ring[0]} in both rings: flags and idx come first. */
  static final int RING_OFFSET = 4;

  /** Offset of {@code idx} in both rings. */
  static final int INDEX_OFFSET = 2;

  /** Bytes of the descriptor table. */
  public long descriptorBytes() {
    return (long) DESCRIPTOR_BYTES * size;
  }

  /** Bytes of the available ring, used_event included. */
  public long driverBytes() {
    return 6 + 2L * size;
  }

  /** Bytes of the used ring, avail_event included. */
  public long deviceBytes() {
    return 6 + (long) USED_ELEMENT_BYTES * size;
  }

  /** GPA of {@code used_event}, the driver's word on when it wants an interrupt (§2.7.7). */
  long usedEventGpa() {
    return driverGpa + RING_OFFSET + 2L * size;
  }

  /** GPA of {@code avail_event}, the device's word on when it wants a notification (§2.7.10). */
  long availEventGpa() {
    return deviceGpa + RING_OFFSET + (long) USED_ELEMENT_BYTES * size;
  }

  /**
   * Checks size, alignment, and that the three areas are in RAM and do not overlap.
   *
   * @param sizeMax the QueueNumMax the driver was told
   * @throws QueueException if the driver set up anything else
   */
  public void validate(GuestMemory memory, int sizeMax) {
    if (size <= 0 || size > sizeMax || Integer.bitCount(size) != 1) {
      throw new QueueException(
          "queue size %d is not a power of two from 1 to %d".formatted(size, sizeMax));
    }
    area(memory, "descriptor table", descriptorGpa, descriptorBytes(), DESCRIPTOR_BYTES);
    area(memory, "available ring", driverGpa, driverBytes(), 2);
    area(memory, "used ring", deviceGpa, deviceBytes(), 4);
    if (overlap(descriptorGpa, descriptorBytes(), driverGpa, driverBytes())
        || overlap(descriptorGpa, descriptorBytes(), deviceGpa, deviceBytes())
        || overlap(driverGpa, driverBytes(), deviceGpa, deviceBytes())) {
      throw new QueueException("areas of one queue overlap: " + this);
    }
  }

  /** Whether any area of this queue shares a byte with one of {@code other}; both are valid. */
  public boolean overlaps(QueueLayout other) {
    return touches(other.descriptorGpa, other.descriptorBytes())
        || touches(other.driverGpa, other.driverBytes())
        || touches(other.deviceGpa, other.deviceBytes());
  }

  private boolean touches(long gpa, long bytes) {
    return overlap(descriptorGpa, descriptorBytes(), gpa, bytes)
        || overlap(driverGpa, driverBytes(), gpa, bytes)
        || overlap(deviceGpa, deviceBytes(), gpa, bytes);
  }

  private static void area(GuestMemory memory, String what, long gpa, long bytes, int alignment) {
    if (gpa % alignment != 0) {
      throw new QueueException("%s at 0x%x is not %d-byte aligned".formatted(what, gpa, alignment));
    }
    if (!memory.contains(gpa, bytes)) {
      throw new QueueException("%s at 0x%x+0x%x is not in RAM".formatted(what, gpa, bytes));
    }
  }

  private static boolean overlap(long a, long aBytes, long b, long bBytes) {
    return a < b + bBytes && b < a + aBytes;
  }

  @Override
  public String toString() {
    return "%d descriptors at 0x%x, available ring at 0x%x, used ring at 0x%x"
        .formatted(size, descriptorGpa, driverGpa, deviceGpa);
  }
}

package dev.spore.format.device;

/**
 * One split virtqueue between two requests (virtio 1.2 §2.7): where the driver put it and how far
 * the device has come. Nothing is in flight when it is taken, and the driver has been told of
 * everything used. Whether the numbers make a usable queue is for the transport to say, which knows
 * the memory.
 *
 * @param size entries as the driver wrote them, 0 to 2^32-1
 * @param ready whether the driver has enabled it
 * @param descriptorGpa guest physical address of the descriptor table, any 64 bits
 * @param driverGpa guest physical address of the avail ring, any 64 bits
 * @param deviceGpa guest physical address of the used ring, any 64 bits
 * @param nextAvail next avail index the device reads, 0 to 65535; 0 unless the device is in use
 * @param nextUsed next used index the device writes, 0 to 65535; 0 unless the device is in use
 */
public record QueueState(
    long size,
    boolean ready,
    long descriptorGpa,
    long driverGpa,
    long deviceGpa,
    int nextAvail,
    int nextUsed) {
  private static final int INDEX_MAX = 0xffff;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the field that is out of range
   */
  public QueueState {
    Ranges.require("queue size", size, 0, Ranges.U32_MAX);
    Ranges.require("queue next_avail", nextAvail, 0, INDEX_MAX);
    Ranges.require("queue next_used", nextUsed, 0, INDEX_MAX);
  }
}

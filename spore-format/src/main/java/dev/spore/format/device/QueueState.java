package dev.spore.format.device;

/**
 * One split virtqueue between two requests (virtio 1.2 §2.7): where the driver put it and how far
 * the device has come. Nothing is in flight when it is taken.
 *
 * @param size entries, as the driver wrote it
 * @param ready whether the driver has enabled it
 * @param descriptorGpa guest physical address of the descriptor table
 * @param driverGpa guest physical address of the avail ring
 * @param deviceGpa guest physical address of the used ring
 * @param nextAvail next avail index the device reads, 0 to 65535
 * @param nextUsed next used index the device writes, 0 to 65535
 */
public record QueueState(
    int size,
    boolean ready,
    long descriptorGpa,
    long driverGpa,
    long deviceGpa,
    int nextAvail,
    int nextUsed) {}

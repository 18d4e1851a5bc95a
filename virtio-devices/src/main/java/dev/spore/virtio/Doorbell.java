package dev.spore.virtio;

/**
 * What wakes a device thread: the guest's QueueNotify, or the host end of the device.
 *
 * <p>Rings are counted like an eventfd's: a ring before {@link #await()} is never lost, several
 * rings may be answered by one return.
 */
public interface Doorbell {
  /** Wakes the device thread. Any thread. */
  void ring();

  /**
   * Blocks the device thread until somebody rings.
   *
   * @return false once the doorbell is closed: the device thread ends
   */
  boolean await();

  /** Ends the device thread at its next {@link #await()}. Any thread; idempotent. */
  void close();
}

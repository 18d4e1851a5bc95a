package dev.spore.virtio.memory;

/**
 * Brings pages of guest RAM in before this process touches them: a machine restored lazily begins
 * with pages that are not there, and a thread of the VMM that faulted on one could wait for itself.
 */
@FunctionalInterface
public interface Residency {
  /**
   * Returns once the bytes can be read and written without a fault. Called before every access
   * through {@link GuestMemory}, by any thread, also for bytes that were asked for before; so it
   * must be quick when they are there.
   *
   * <p>An exception leaves the access undone and reaches whoever made it. To a device it is the
   * host's fault.
   *
   * @param regionIndex index into {@link GuestMemory#regions()}
   * @param offsetBytes from the start of the region
   * @param lengthBytes at least 1; the range lies inside the region
   */
  void require(int regionIndex, long offsetBytes, long lengthBytes);
}

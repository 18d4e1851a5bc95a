package dev.spore.virtio;

/**
 * Saved state a device cannot go on from: it was tampered with, does not belong to the guest memory
 * beside it, or to another device. The device is as if reset; the machine must not run.
 */
public final class DeviceStateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param device name of the device that refuses
   * @param what the part that is wrong, with its numbers
   */
  public DeviceStateException(String device, String what) {
    super(device + ": saved state refused: " + what);
  }
}

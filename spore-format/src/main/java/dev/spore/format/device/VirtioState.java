package dev.spore.format.device;

/**
 * One virtio device: its registers and what it adds to them.
 *
 * @param transport the registers
 * @param device of the same device type
 */
public record VirtioState(TransportState transport, DeviceState device) {
  /**
   * Checks that the halves belong together.
   *
   * @throws IllegalArgumentException if they are of different device types
   */
  public VirtioState {
    if (transport.deviceType() != device.deviceType()) {
      throw new IllegalArgumentException(
          "registers of virtio device type %d beside the state of type %d"
              .formatted(transport.deviceType(), device.deviceType()));
    }
  }
}

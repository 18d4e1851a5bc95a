package dev.spore.format.device;

/**
 * A socket device (virtio 1.2 §5.10). Connections are not kept: their other ends stay with the
 * machine that was saved, and a restored guest is told that all are gone.
 *
 * @param guestCid the guest's address when it was saved, 3 to 2^32-2; a restored guest may be given
 *     another
 */
public record VsockState(long guestCid) implements DeviceState {
  private static final int DEVICE_TYPE = 19;
  private static final long CID_MIN = 3;

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if the address is none a guest may have
   */
  public VsockState {
    Ranges.require("guest CID", guestCid, CID_MIN, Ranges.U32_MAX - 1);
  }

  @Override
  public int deviceType() {
    return DEVICE_TYPE;
  }
}

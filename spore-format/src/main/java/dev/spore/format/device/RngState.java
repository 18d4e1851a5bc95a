package dev.spore.format.device;

/** An entropy device (virtio 1.2 §5.4): it keeps nothing. */
public record RngState() implements DeviceState {
  private static final int DEVICE_TYPE = 4;

  @Override
  public int deviceType() {
    return DEVICE_TYPE;
  }
}

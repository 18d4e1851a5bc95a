package dev.spore.format.device;

/**
 * A console (virtio 1.2 §5.3): the size the guest was told. Input the guest has not taken is not
 * kept, for it was typed at the machine that was saved, which still has it.
 *
 * @param columns 0 to 65535
 * @param rows 0 to 65535
 */
public record ConsoleState(int columns, int rows) implements DeviceState {
  private static final int DEVICE_TYPE = 3;
  private static final int SIZE_MAX = 0xffff;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the field that is out of range
   */
  public ConsoleState {
    Ranges.require("console columns", columns, 0, SIZE_MAX);
    Ranges.require("console rows", rows, 0, SIZE_MAX);
  }

  @Override
  public int deviceType() {
    return DEVICE_TYPE;
  }
}

package dev.spore.format.device;

/**
 * A block device (virtio 1.2 §5.2): what its driver has read of it and relies on. The contents are
 * not here.
 *
 * @param id what GET_ID answers: at most 20 printable ASCII characters
 * @param sizeBytes of the disk, a positive multiple of 512
 * @param blockSizeBytes logical block size, a power of two from 512 to 4096 that divides the size
 * @param readOnly whether the device offers RO
 */
public record BlkState(String id, long sizeBytes, int blockSizeBytes, boolean readOnly)
    implements DeviceState {
  private static final int DEVICE_TYPE = 2;
  private static final int ID_CHARS_MAX = 20;
  private static final int SECTOR_BYTES = 512;
  private static final int BLOCK_BYTES_MAX = 4096;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the field that is out of range
   */
  public BlkState {
    if (id.length() > ID_CHARS_MAX || !id.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException("disk id is not at most 20 printable ASCII characters");
    }
    Ranges.require("disk size", sizeBytes, SECTOR_BYTES, Long.MAX_VALUE);
    Ranges.require("disk block size", blockSizeBytes, SECTOR_BYTES, BLOCK_BYTES_MAX);
    if (Integer.bitCount(blockSizeBytes) != 1 || sizeBytes % blockSizeBytes != 0) {
      throw new IllegalArgumentException(
          "disk block size is %d: it must be a power of two that divides the size %d"
              .formatted(blockSizeBytes, sizeBytes));
    }
  }

  @Override
  public int deviceType() {
    return DEVICE_TYPE;
  }
}

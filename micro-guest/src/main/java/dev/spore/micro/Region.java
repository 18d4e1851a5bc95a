package dev.spore.micro;

/**
 * A piece of an address space.
 *
 * @param address of its first byte, page aligned
 * @param sizeBytes positive multiple of the page size
 */
public record Region(long address, long sizeBytes, Access access) {
  /** What ring 3 may do with it; nothing is writable and executable. */
  public enum Access {
    READ,
    READ_WRITE,
    READ_EXECUTE
  }

  /**
   * @throws IllegalArgumentException if it is not aligned or not inside what regions may use
   */
  public Region {
    if (address % MicroLimits.PAGE != 0
        || sizeBytes % MicroLimits.PAGE != 0
        || sizeBytes <= 0
        || address < MicroLimits.FIRST_ADDRESS
        || sizeBytes > MicroLimits.DOORBELL
        || address > MicroLimits.DOORBELL - sizeBytes) {
      throw new IllegalArgumentException(
          "region of " + sizeBytes + " bytes at " + Long.toHexString(address));
    }
  }

  /** The address behind its last byte. */
  public long end() {
    return address + sizeBytes;
  }
}

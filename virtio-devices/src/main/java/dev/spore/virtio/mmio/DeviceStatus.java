package dev.spore.virtio.mmio;

/** Bits of the device status field (virtio 1.2 §2.1). */
final class DeviceStatus {
  static final int ACKNOWLEDGE = 1;
  static final int DRIVER = 2;
  static final int DRIVER_OK = 4;
  static final int FEATURES_OK = 8;
  static final int NEEDS_RESET = 64;
  static final int FAILED = 128;

  /** What a driver may set; NEEDS_RESET is the device's word. */
  static final int DRIVER_BITS = ACKNOWLEDGE | DRIVER | DRIVER_OK | FEATURES_OK | FAILED;

  private DeviceStatus() {}

  /**
   * The status after the driver wrote {@code written}: bits are only ever added, each only on top
   * of the one before it (§3.1.1), and DRIVER_OK only once FEATURES_OK has been in effect.
   *
   * @param featuresAcceptable whether FEATURES_OK may be granted now
   */
  static int advance(int current, int written, boolean featuresAcceptable) {
    int wanted = written & DRIVER_BITS;
    if ((current & DRIVER_BITS & ~wanted) != 0) {
      return current;
    }
    int added = wanted & ~current;
    int next = current | (added & (ACKNOWLEDGE | FAILED));
    if ((added & DRIVER) != 0 && (next & ACKNOWLEDGE) != 0) {
      next |= DRIVER;
    }
    if ((added & FEATURES_OK) != 0 && (next & DRIVER) != 0 && featuresAcceptable) {
      next |= FEATURES_OK;
    }
    if ((added & DRIVER_OK) != 0 && (current & FEATURES_OK) != 0 && (current & FAILED) == 0) {
      next |= DRIVER_OK;
    }
    return next;
  }

  /** Whether a device can have come to {@code status} by {@link #advance} and its own faults. */
  static boolean reachable(int status) {
    return (status & ~(DRIVER_BITS | NEEDS_RESET)) == 0
        && follows(status, DRIVER, ACKNOWLEDGE)
        && follows(status, FEATURES_OK, DRIVER)
        && follows(status, DRIVER_OK, FEATURES_OK)
        && follows(status, NEEDS_RESET, DRIVER_OK);
  }

  private static boolean follows(int status, int bit, int before) {
    return (status & bit) == 0 || (status & before) != 0;
  }

  /** Whether the driver may write the queue registers: features are settled, the device is not. */
  static boolean queuesWritable(int status) {
    return (status & (FEATURES_OK | DRIVER_OK | FAILED | NEEDS_RESET)) == FEATURES_OK;
  }

  /** Whether the driver may still write its feature bits. */
  static boolean featuresWritable(int status) {
    return (status & (DRIVER | FEATURES_OK | FAILED)) == DRIVER;
  }

  /** Whether the device is in use. */
  static boolean live(int status) {
    return (status & (DRIVER_OK | FAILED | NEEDS_RESET)) == DRIVER_OK;
  }
}

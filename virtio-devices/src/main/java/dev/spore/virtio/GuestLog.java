package dev.spore.virtio;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The only way device code logs: a guest can trigger its messages at will, so at most {@link
 * Limits#LOG_BURST} of them pass in {@link Limits#LOG_WINDOW_NANOS} and the rest are counted.
 *
 * <p>One per device. Any thread; the text is only built when it is printed.
 */
public final class GuestLog {
  private final Logger logger;
  private final LongSupplier nanoClock;
  private long windowStart;
  private int passed;
  private long suppressed;
  private long suppressedTotal;

  GuestLog(Logger logger, LongSupplier nanoClock) {
    this.logger = logger;
    this.nanoClock = nanoClock;
    this.windowStart = nanoClock.getAsLong();
  }

  /** A log of its own for one device; {@code name} is {@code dev.spore.virtio.blk} or the like. */
  public static GuestLog named(String name) {
    return new GuestLog(System.getLogger(name), System::nanoTime);
  }

  /** Something the guest did wrong or the host refused, at most so often. */
  public void warn(Supplier<String> message) {
    long skippedBefore = admit();
    if (skippedBefore < 0) {
      return;
    }
    String text = message.get();
    logger.log(
        Level.WARNING,
        skippedBefore == 0
            ? text
            : text + " (%d messages before it left out)".formatted(skippedBefore));
  }

  /** Messages left out since the start. */
  public synchronized long suppressedTotal() {
    return suppressedTotal;
  }

  /** Number of messages left out since the last one that passed, or -1 to leave this one out. */
  private synchronized long admit() {
    long now = nanoClock.getAsLong();
    if (now - windowStart >= Limits.LOG_WINDOW_NANOS) {
      windowStart = now;
      passed = 0;
    }
    if (passed == Limits.LOG_BURST) {
      suppressed++;
      suppressedTotal++;
      return -1;
    }
    passed++;
    long skipped = suppressed;
    suppressed = 0;
    return skipped;
  }
}

package dev.spore.virtio;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The only way device code logs: at most {@link Limits#LOG_MESSAGES_MAX} messages in {@link
 * Limits#LOG_WINDOW_NANOS}, the rest counted and reported with the first message of the next
 * window. A guest can so fill neither a disk nor a terminal. Any thread.
 */
public final class RateLimitedLog {
  private final Supplier<Logger> logger;
  private final String device;
  private final LongSupplier nanoClock;
  private long windowStart;
  private int inWindow;
  private long suppressed;

  /**
   * @param logger name of the logger, set up at the first message: that costs a program 20 ms
   * @param device name that precedes every message
   */
  public RateLimitedLog(String logger, String device) {
    this(() -> System.getLogger(logger), device, System::nanoTime);
  }

  /**
   * @param nanoClock monotonic, in nanoseconds
   */
  RateLimitedLog(Supplier<Logger> logger, String device, LongSupplier nanoClock) {
    this.logger = logger;
    this.device = device;
    this.nanoClock = nanoClock;
    this.windowStart = nanoClock.getAsLong();
  }

  /**
   * The guest did something wrong.
   *
   * @param message evaluated only if it will be written; must not repeat bytes the guest chose
   */
  public void guestFault(Supplier<String> message) {
    write(Level.WARNING, message);
  }

  /**
   * The host failed the device.
   *
   * @param message evaluated only if it will be written
   */
  public void hostFault(Supplier<String> message) {
    write(Level.ERROR, message);
  }

  private void write(Level level, Supplier<String> message) {
    long missed = admit();
    if (missed < 0) {
      return;
    }
    String tail = missed == 0 ? "" : " (" + missed + " messages before it suppressed)";
    logger.get().log(level, () -> device + ": " + message.get() + tail);
  }

  /** Returns how many messages were suppressed since the last one, or -1 to suppress this one. */
  private synchronized long admit() {
    long now = nanoClock.getAsLong();
    if (now - windowStart >= Limits.LOG_WINDOW_NANOS) {
      windowStart = now;
      inWindow = 0;
    }
    if (inWindow == Limits.LOG_MESSAGES_MAX) {
      suppressed++;
      return -1;
    }
    inWindow++;
    long missed = suppressed;
    suppressed = 0;
    return missed;
  }
}

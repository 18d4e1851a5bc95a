package dev.spore.vmm.agent;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * One look at the guest's CLOCK_BOOTTIME, which runs as fast as the host's clock does: the guest
 * looked some time between two looks of the host's at its own wall clock. So it can be told what
 * its wall clock is without a word of when it will hear that.
 *
 * @param beforeNanos the host's wall clock since 1970 when the guest was asked
 * @param guestNanos what the guest's clock was
 * @param afterNanos the host's wall clock when the answer was there
 */
record GuestClock(long beforeNanos, long guestNanos, long afterNanos) {
  /** Half of it is the error that is taken without asking again. */
  static final long NEAR_ENOUGH_NANOS = 100_000_000;

  /** Questions at most: on a host too busy for a quick answer the quickest counts. */
  static final int QUESTIONS_MAX = 6;

  /** The host's wall clock now, in nanoseconds since 1970. */
  static long wallNanos() {
    return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
  }

  /** Within which the guest looked. */
  long roundTripNanos() {
    return Math.abs(afterNanos - beforeNanos);
  }

  /** Whether it is as good as need be. */
  boolean isNearEnough() {
    return roundTripNanos() <= NEAR_ENOUGH_NANOS;
  }

  /** The better of two. */
  GuestClock or(GuestClock other) {
    return other.roundTripNanos() < roundTripNanos() ? other : this;
  }

  /** The wall clock when the guest's clock was 0, off by at most half the round trip. */
  long bootWallNanos() {
    return beforeNanos + (afterNanos - beforeNanos) / 2 - guestNanos;
  }
}

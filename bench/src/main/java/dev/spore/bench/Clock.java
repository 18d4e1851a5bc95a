package dev.spore.bench;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Wall clock that this process shares with those it starts. */
final class Clock {
  private Clock() {}

  /** Microseconds since 1970. */
  static long micros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  /** Microseconds of a decimal number of seconds since 1970, as strace and QEMU write it. */
  static long micros(String seconds) {
    int point = seconds.indexOf('.');
    long whole = Long.parseLong(seconds.substring(0, point));
    return whole * 1_000_000 + Long.parseLong(seconds.substring(point + 1));
  }
}

package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.time.Duration;

/**
 * Durations on the command line: a whole number and {@code ms}, {@code s}, {@code m} or {@code h}.
 */
final class Durations {
  /** Longest accepted: a year. Beyond it the number is a slip of the finger. */
  private static final Duration MAX = Duration.ofDays(365);

  private Durations() {}

  /**
   * Parses {@code 500ms}, {@code 30s}, {@code 1m} or {@code 2h}.
   *
   * @param option named in the error
   * @return more than zero, at most 365 days
   */
  static Duration parse(String option, String text) {
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    // Eleven digits of milliseconds are beyond a year, so nothing valid is cut off here.
    if (digits == 0 || digits > 11) {
      throw bad(option, text);
    }
    long number = Long.parseLong(text.substring(0, digits));
    Duration duration =
        switch (text.substring(digits)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> throw bad(option, text);
        };
    if (duration.isZero() || duration.compareTo(MAX) > 0) {
      throw bad(option, text);
    }
    return duration;
  }

  /** The form a user would type: {@code 90s}, {@code 500ms}. */
  static String show(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  private static SporeException bad(String option, String text) {
    return new SporeException(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        option
            + " '"
            + text
            + "' is not a duration: write a whole number above zero and a unit, as 500ms, 30s or"
            + " 1m");
  }
}

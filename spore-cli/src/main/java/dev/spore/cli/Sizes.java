package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.Locale;

/** Sizes on the command line: a whole number and a binary unit; a bare number counts MiB. */
final class Sizes {
  private static final long MIB = 1L << 20;

  private Sizes() {}

  /**
   * Parses {@code 512mb}, {@code 2gb}, {@code 64MiB}, {@code 131072k}, {@code 1048576b} or {@code
   * 512} (MiB).
   *
   * @param option named in the error
   * @return bytes, 0 or more
   */
  static long parse(String option, String text) {
    String value = text.strip().toLowerCase(Locale.ROOT);
    int digits = 0;
    while (digits < value.length() && value.charAt(digits) >= '0' && value.charAt(digits) <= '9') {
      digits++;
    }
    long unit =
        switch (value.substring(digits)) {
          case "" -> MIB;
          case "b" -> 1;
          case "k", "kb", "kib" -> 1L << 10;
          case "m", "mb", "mib" -> MIB;
          case "g", "gb", "gib" -> 1L << 30;
          case "t", "tb", "tib" -> 1L << 40;
          default -> throw bad(option, text);
        };
    if (digits == 0) {
      throw bad(option, text);
    }
    try {
      return Math.multiplyExact(Long.parseLong(value.substring(0, digits)), unit);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT, option + " " + text + ": the number is too large", e);
    }
  }

  /** The shortest exact form of a size, for messages: {@code 64 MiB}. */
  static String show(long bytes) {
    if (bytes != 0 && bytes % (1L << 30) == 0) {
      return (bytes >> 30) + " GiB";
    }
    if (bytes != 0 && bytes % MIB == 0) {
      return (bytes >> 20) + " MiB";
    }
    return bytes + " bytes";
  }

  private static SporeException bad(String option, String text) {
    return new SporeException(
        ErrorCode.USAGE_INVALID_ARGUMENT,
        option + " '" + text + "' is not a size: write a whole number and a unit, as 512mb or 2gb");
  }
}

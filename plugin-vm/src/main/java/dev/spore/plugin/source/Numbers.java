package dev.spore.plugin.source;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Numbers as both source forms write them. */
public final class Numbers {
  private Numbers() {}

  /** An unsigned 64-bit decimal, with a plus and leading zeros if it likes. */
  public static OptionalLong unsigned(String text) {
    String digits = text.startsWith("+") ? text.substring(1) : text;
    if (!isDigits(digits)) {
      return OptionalLong.empty();
    }
    String significant = withoutZeros(digits);
    if (significant.length() > 20) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseUnsignedLong(significant));
    } catch (NumberFormatException beyond64Bits) {
      return OptionalLong.empty();
    }
  }

  /** A signed 64-bit decimal. */
  public static OptionalLong signed(String text) {
    boolean negative = text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    if (!isDigits(digits)) {
      return OptionalLong.empty();
    }
    String significant = withoutZeros(digits);
    if (significant.length() > 20) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(negative ? "-" + significant : significant));
    } catch (NumberFormatException beyond64Bits) {
      return OptionalLong.empty();
    }
  }

  /** A double in decimal: digits with a point, a sign and an exponent; no names, no hexadecimal. */
  public static OptionalDouble decimal(String text) {
    boolean digit = false;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      digit |= unit >= '0' && unit <= '9';
      if ((unit < '0' || unit > '9') && "+-.eE".indexOf(unit) < 0) {
        return OptionalDouble.empty();
      }
    }
    if (!digit) {
      return OptionalDouble.empty();
    }
    try {
      return OptionalDouble.of(Double.parseDouble(text));
    } catch (NumberFormatException misplacedSign) {
      return OptionalDouble.empty();
    }
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(unit -> unit >= '0' && unit <= '9');
  }

  private static String withoutZeros(String digits) {
    int first = 0;
    while (first < digits.length() - 1 && digits.charAt(first) == '0') {
      first++;
    }
    return digits.substring(first);
  }
}

package dev.spore.plugin.value;

/**
 * The three texts of a double. Each has the shortest digits that read back to the same double; they
 * differ in when an exponent is written.
 */
public final class FloatText {
  private FloatText() {}

  /** Positional always, without a forced fraction: {@code 1}, {@code 0.0000001}. */
  public static String plain(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return special(value);
    }
    Digits digits = Digits.of(value);
    StringBuilder text = new StringBuilder();
    digits.positional(text);
    return text.toString();
  }

  /**
   * With a fraction, or scientific without padding outside 1e-4 to 1e16: {@code 1.0}, {@code 1e16}.
   */
  public static String inner(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return special(value);
    }
    double magnitude = Math.abs(value);
    Digits digits = Digits.of(value);
    StringBuilder text = new StringBuilder();
    if (magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16)) {
      digits.positional(text);
      digits.forceFraction(text);
    } else {
      digits.scientific(text, "");
    }
    return text.toString();
  }

  /**
   * As in canonical JSON: scientific with a sign outside 1e-5 to 1e16; {@code null} if not finite.
   */
  public static String json(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return "null";
    }
    Digits digits = Digits.of(value);
    StringBuilder text = new StringBuilder();
    if (digits.exponent >= -5 && digits.exponent <= 15) {
      digits.positional(text);
      digits.forceFraction(text);
    } else {
      digits.scientific(text, "+");
    }
    return text.toString();
  }

  private static String special(double value) {
    return Double.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf";
  }

  /**
   * @param digits without leading or trailing zeros, but {@code 0} for zero
   * @param exponent power of ten of the first digit
   */
  private record Digits(boolean negative, String digits, int exponent) {
    static Digits of(double value) {
      boolean negative = Double.doubleToRawLongBits(value) < 0;
      double magnitude = Math.abs(value);
      if (magnitude == 0) {
        return new Digits(negative, "0", 0);
      }
      String java = Double.toString(magnitude);
      int mark = java.indexOf('E');
      String mantissa = mark < 0 ? java : java.substring(0, mark);
      int exponent = mark < 0 ? 0 : Integer.parseInt(java.substring(mark + 1));
      int point = mantissa.indexOf('.');
      String all = mantissa.substring(0, point) + mantissa.substring(point + 1);
      int first = 0;
      while (all.charAt(first) == '0') {
        first++;
      }
      int last = all.length();
      while (all.charAt(last - 1) == '0') {
        last--;
      }
      String digits = all.substring(first, last);
      exponent += point - 1 - first;
      return digits.length() == 2
          ? shorter(negative, digits, exponent, magnitude)
          : new Digits(negative, digits, exponent);
    }

    /**
     * Java writes two digits where one would do (4.9E-324): the nearer single digit, if it reads
     * back.
     */
    private static Digits shorter(boolean negative, String digits, int exponent, double magnitude) {
      int low = digits.charAt(0) - '0';
      boolean up = digits.charAt(1) >= '5';
      for (int digit : up ? new int[] {low + 1, low} : new int[] {low, low + 1}) {
        if (digit > 0 && Double.parseDouble(digit + "e" + exponent) == magnitude) {
          return digit == 10
              ? new Digits(negative, "1", exponent + 1)
              : new Digits(negative, Integer.toString(digit), exponent);
        }
      }
      return new Digits(negative, digits, exponent);
    }

    void positional(StringBuilder out) {
      if (negative) {
        out.append('-');
      }
      if (exponent < 0) {
        out.append("0.").repeat('0', -exponent - 1).append(digits);
      } else if (digits.length() <= exponent + 1) {
        out.append(digits).repeat('0', exponent + 1 - digits.length());
      } else {
        out.append(digits, 0, exponent + 1)
            .append('.')
            .append(digits, exponent + 1, digits.length());
      }
    }

    void forceFraction(StringBuilder out) {
      if (exponent >= 0 && digits.length() <= exponent + 1) {
        out.append(".0");
      }
    }

    void scientific(StringBuilder out, String plus) {
      if (negative) {
        out.append('-');
      }
      out.append(digits.charAt(0));
      if (digits.length() > 1) {
        out.append('.').append(digits, 1, digits.length());
      }
      out.append('e').append(exponent < 0 ? "" : plus).append(exponent);
    }
  }
}

package dev.spore.plugin.toml;

import java.util.regex.Pattern;

/** Numbers, truth values and dates: whatever is one word. */
final class TomlScalars {
  private static final Pattern DECIMAL = Pattern.compile("[+-]?(0|[1-9](_?[0-9])*+)");
  private static final Pattern REAL =
      Pattern.compile(
          "[+-]?(0|[1-9](_?[0-9])*+)(\\.[0-9](_?[0-9])*+)?([eE][+-]?[0-9](_?[0-9])*+)?");
  private static final Pattern SPECIAL = Pattern.compile("[+-]?(inf|nan)");
  private static final Pattern DATE_TIME =
      Pattern.compile(
          "\\d{4}-\\d\\d-\\d\\d([Tt ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?([Zz]|[+-]\\d\\d:\\d\\d)?)?"
              + "|\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?");
  private static final int WORD_CHARS_MAX = 1100;

  private TomlScalars() {}

  static Toml read(TomlCursor in) {
    String word = in.word("+.:");
    if (word.length() == 10 && word.charAt(4) == '-' && in.spaceAndDigit()) {
      in.expect(" ");
      word = word + " " + in.word("+.:");
    }
    if (word.length() > WORD_CHARS_MAX) {
      throw in.error("number too long");
    }
    return value(in, word);
  }

  private static Toml value(TomlCursor in, String word) {
    if (word.equals("true") || word.equals("false")) {
      return new Toml.Bool(word.equals("true"));
    }
    if (DECIMAL.matcher(word).matches()) {
      return integer(in, word, 10);
    }
    if (word.startsWith("0x") || word.startsWith("0o") || word.startsWith("0b")) {
      return based(in, word);
    }
    if (REAL.matcher(word).matches()) {
      double number = Double.parseDouble(word.replace("_", ""));
      if (Double.isInfinite(number)) {
        throw in.error("number out of range");
      }
      return new Toml.Real(number);
    }
    if (SPECIAL.matcher(word).matches()) {
      double magnitude = word.endsWith("inf") ? Double.POSITIVE_INFINITY : Double.NaN;
      return new Toml.Real(word.startsWith("-") ? -magnitude : magnitude);
    }
    if (DATE_TIME.matcher(word).matches()) {
      return new Toml.DateTime(word);
    }
    throw in.error(word.isEmpty() ? "expected a value" : "no such value: " + word);
  }

  private static Toml based(TomlCursor in, String word) {
    int base = word.charAt(1) == 'x' ? 16 : word.charAt(1) == 'o' ? 8 : 2;
    String digits = word.substring(2);
    if (digits.startsWith("_") || digits.startsWith("+") || digits.startsWith("-")) {
      throw in.error("no such value: " + word);
    }
    return integer(in, digits, base);
  }

  private static Toml integer(TomlCursor in, String digits, int base) {
    if (digits.endsWith("_") || digits.contains("__")) {
      throw in.error("no such value: " + digits);
    }
    try {
      return new Toml.Int(Long.parseLong(digits.replace("_", ""), base));
    } catch (NumberFormatException e) {
      throw in.error("no 64-bit integer: " + digits);
    }
  }
}

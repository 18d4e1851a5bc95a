package dev.spore.plugin.toml;

/** The four kinds of string. */
final class TomlStrings {
  private final TomlCursor in;

  TomlStrings(TomlCursor in) {
    this.in = in;
  }

  /** A string at its first quote. */
  String read() {
    if (in.skip("\"\"\"")) {
      in.lineEnd();
      return basic("\"\"\"");
    }
    if (in.skip("'''")) {
      in.lineEnd();
      return literal("'''");
    }
    return in.skip("\"") ? basic("\"") : singleLiteral();
  }

  /** A string on one line, as keys are. */
  String readOneLine() {
    return in.skip("\"") ? basic("\"") : singleLiteral();
  }

  private String singleLiteral() {
    in.expect("'");
    return literal("'");
  }

  private String literal(String quote) {
    StringBuilder out = new StringBuilder();
    while (!closes(quote, out)) {
      out.append(character(quote.length() == 3));
    }
    return out.toString();
  }

  private String basic(String quote) {
    StringBuilder out = new StringBuilder();
    boolean multiline = quote.length() == 3;
    while (!closes(quote, out)) {
      if (in.skip("\\")) {
        escape(multiline, out);
      } else {
        out.append(character(multiline));
      }
    }
    return out.toString();
  }

  /** Up to two quotes may stand right before the three that close a string. */
  private boolean closes(String quote, StringBuilder out) {
    if (!in.skip(quote)) {
      return false;
    }
    String one = quote.substring(0, 1);
    for (int i = 0; quote.length() == 3 && i < 2 && in.skip(one); i++) {
      out.append(one);
    }
    return true;
  }

  private String character(boolean multiline) {
    if (in.lineEnd()) {
      if (!multiline) {
        throw in.error("line end in a string");
      }
      return "\n";
    }
    char unit = in.next();
    if ((unit < ' ' && unit != '\t') || unit == 0x7f) {
      throw in.error("control character in a string");
    }
    return String.valueOf(unit);
  }

  private void escape(boolean multiline, StringBuilder out) {
    char unit = in.next();
    switch (unit) {
      case 'b' -> out.append('\b');
      case 't' -> out.append('\t');
      case 'n' -> out.append('\n');
      case 'f' -> out.append('\f');
      case 'r' -> out.append('\r');
      case '"', '\\' -> out.append(unit);
      case 'u' -> out.appendCodePoint(point(4));
      case 'U' -> out.appendCodePoint(point(8));
      case ' ', '\t', '\r', '\n' -> continuation(multiline, unit);
      default -> throw in.error("unknown escape \\" + unit);
    }
  }

  private int point(int digits) {
    long point = 0;
    for (int i = 0; i < digits; i++) {
      char unit = in.next();
      int digit = unit < 0x80 ? Character.digit(unit, 16) : -1;
      if (digit < 0) {
        throw in.error("expected a hexadecimal digit");
      }
      point = point * 16 + digit;
    }
    if (point > Character.MAX_CODE_POINT || (point >= 0xd800 && point <= 0xdfff)) {
      throw in.error("no such character");
    }
    return (int) point;
  }

  /** A backslash at the end of a line swallows white space up to the next character. */
  private void continuation(boolean multiline, char first) {
    boolean ended = first == '\n' || (first == '\r' && in.skip("\n"));
    in.spaces();
    while (in.lineEnd()) {
      ended = true;
      in.spaces();
    }
    if (!multiline || !ended) {
      throw in.error("unknown escape");
    }
  }
}

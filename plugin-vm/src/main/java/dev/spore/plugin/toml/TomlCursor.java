package dev.spore.plugin.toml;

/** A place in a TOML text, and what lies there. */
final class TomlCursor {
  /** Read beyond the end. */
  static final char END = '\uffff';

  private final String text;
  private int at;

  TomlCursor(String text) {
    this.text = text;
  }

  TomlException error(String what) {
    int line =
        1
            + (int)
                text.substring(0, Math.min(at, text.length()))
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
    return new TomlException(line, what);
  }

  char peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  boolean atEnd() {
    return at >= text.length();
  }

  char next() {
    if (atEnd()) {
      throw error("unexpected end");
    }
    return text.charAt(at++);
  }

  boolean startsWith(String word) {
    return text.startsWith(word, at);
  }

  boolean skip(String word) {
    if (!startsWith(word)) {
      return false;
    }
    at += word.length();
    return true;
  }

  void expect(String word) {
    if (!skip(word)) {
      throw error("expected `" + word + "`");
    }
  }

  void spaces() {
    while (peek() == ' ' || peek() == '\t') {
      at++;
    }
  }

  /** Spaces, line ends and comments. */
  void blank() {
    while (true) {
      spaces();
      if (!comment() && !lineEnd()) {
        return;
      }
    }
  }

  /** The rest of a line that may hold a comment and nothing else. */
  void finishLine() {
    spaces();
    comment();
    if (!lineEnd() && !atEnd()) {
      throw error("expected the end of the line");
    }
  }

  boolean lineEnd() {
    return skip("\n") || skip("\r\n");
  }

  private boolean comment() {
    if (peek() != '#' || atEnd()) {
      return false;
    }
    while (!atEnd() && peek() != '\n' && !startsWith("\r\n")) {
      char unit = next();
      if ((unit < ' ' && unit != '\t') || unit == 0x7f) {
        throw error("control character in a comment");
      }
    }
    return true;
  }

  /** The longest run of characters that a bare key, number or date may have. */
  String word(String extra) {
    int start = at;
    while (!atEnd() && (isBare(peek()) || extra.indexOf(peek()) >= 0)) {
      at++;
    }
    return text.substring(start, at);
  }

  /** Whether a space, then a digit follow: a date and its time may be apart. */
  boolean spaceAndDigit() {
    return at + 1 < text.length()
        && text.charAt(at) == ' '
        && Character.digit(text.charAt(at + 1), 10) >= 0
        && text.charAt(at + 1) < 0x80;
  }

  private static boolean isBare(char unit) {
    return (unit >= 'a' && unit <= 'z')
        || (unit >= 'A' && unit <= 'Z')
        || (unit >= '0' && unit <= '9')
        || unit == '_'
        || unit == '-';
  }
}

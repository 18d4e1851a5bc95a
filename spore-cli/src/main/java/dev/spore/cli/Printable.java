package dev.spore.cli;

/** Text from files anybody may have written, made fit for a terminal. */
final class Printable {
  private Printable() {}

  /**
   * {@code text} with what could command a terminal, or break a line, as {@code \}{@code u001b}.
   */
  static String of(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          switch (Character.getType(c)) {
            case Character.CONTROL,
                Character.FORMAT,
                Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR,
                Character.SURROGATE ->
                shown.append("\\u%04x".formatted(c));
            default -> shown.appendCodePoint(c);
          }
        });
    return shown.toString();
  }
}

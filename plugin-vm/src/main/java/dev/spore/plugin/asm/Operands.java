package dev.spore.plugin.asm;

import dev.spore.plugin.SourceException;
import dev.spore.plugin.source.SourceLine;
import java.util.ArrayList;
import java.util.List;

/** Cuts the operands of a line at their commas. */
final class Operands {
  private Operands() {}

  /** Trimmed pieces between commas outside quotes; an empty last one does not count. */
  static List<String> split(int line, String text) {
    List<String> pieces = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (quoted && unit == '\\') {
        i++;
      } else if (unit == '"') {
        quoted = !quoted;
      } else if (unit == ',' && !quoted) {
        pieces.add(SourceLine.trim(text.substring(start, i)));
        start = i + 1;
      }
    }
    if (quoted) {
      throw new SourceException(line, "unterminated string");
    }
    String last = SourceLine.trim(text.substring(start));
    if (!last.isEmpty()) {
      pieces.add(last);
    }
    return pieces;
  }
}

package dev.spore.plugin.source;

import dev.spore.plugin.SourceException;
import dev.spore.plugin.value.ValueType;
import java.util.ArrayList;
import java.util.List;

/** Pieces that both source forms write alike. */
public final class Signatures {
  private Signatures() {}

  /**
   * The types of a parameter list, cut at commas; an empty list has none.
   *
   * @throws SourceException if a piece is no type
   */
  public static List<ValueType> types(int line, List<String> pieces) {
    List<ValueType> types = new ArrayList<>();
    for (String piece : pieces) {
      types.add(type(line, piece));
    }
    return types;
  }

  /** One type by its text. */
  public static ValueType type(int line, String text) {
    if (text.isEmpty()) {
      throw new SourceException(line, "empty value type");
    }
    ValueType type = ValueType.ofText(text);
    if (type == null) {
      throw new SourceException(line, "unknown value type " + text);
    }
    return type;
  }

  /**
   * The content of a text in double quotes: first every escaped quote, then every escaped n is
   * replaced, and nothing else, so that two backslashes stay two.
   */
  public static String quoted(int line, String text) {
    if (text.length() < 2 || !text.startsWith("\"") || !text.endsWith("\"")) {
      throw new SourceException(line, "expected quoted string");
    }
    return text.substring(1, text.length() - 1).replace("\\\"", "\"").replace("\\n", "\n");
  }
}

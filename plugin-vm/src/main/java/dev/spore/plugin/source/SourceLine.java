package dev.spore.plugin.source;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of a source that says something: without its comment and the white space around it.
 *
 * @param number from 1, counting every line of the file
 */
public record SourceLine(int number, String text) {
  /** The lines of a source that are not empty. */
  public static List<SourceLine> of(String source) {
    List<SourceLine> lines = new ArrayList<>();
    int number = 1;
    int start = 0;
    while (start < source.length()) {
      int end = source.indexOf('\n', start);
      end = end < 0 ? source.length() : end;
      String text = trim(withoutComment(source.substring(start, end)));
      if (!text.isEmpty()) {
        lines.add(new SourceLine(number, text));
      }
      number++;
      start = end + 1;
    }
    return lines;
  }

  /** How many lines a source has, the last one with or without its line feed. */
  public static int count(String source) {
    int feeds = (int) source.chars().filter(unit -> unit == '\n').count();
    return source.isEmpty() || source.endsWith("\n") ? feeds : feeds + 1;
  }

  /** Without the white space of Unicode around it. */
  public static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  /** The words of a text, cut at white space. */
  public static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int start = at;
      while (at < text.length() && !isSpace(text.charAt(at))) {
        at++;
      }
      if (at > start) {
        words.add(text.substring(start, at));
      }
      at++;
    }
    return words;
  }

  /** Unicode's White_Space property; all of it lies in the basic plane. */
  public static boolean isSpace(char unit) {
    return (unit >= '\t' && unit <= '\r') || unit == 0x85 || Character.isSpaceChar(unit);
  }

  /** A comment starts at the first hash outside quotes; a backslash does not hide a quote here. */
  private static String withoutComment(String line) {
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char unit = line.charAt(i);
      if (unit == '"') {
        quoted = !quoted;
      } else if (unit == '#' && !quoted) {
        return line.substring(0, i);
      }
    }
    return line;
  }
}

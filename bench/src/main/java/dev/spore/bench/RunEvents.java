package dev.spore.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the few fields of {@code spore run --events=jsonl} that a benchmark needs. */
final class RunEvents {
  private static final Pattern EVENT = Pattern.compile("\"event\":\"(\\w+)\"");
  private static final Pattern TIMINGS = Pattern.compile("\"timings\":\\{([^}]*)}");
  private static final Pattern FIELD = Pattern.compile("\"(\\w+)\":(\\d+)");

  private RunEvents() {}

  /** The event's name, or an empty string if the line has none. */
  static String name(String line) {
    Matcher matcher = EVENT.matcher(line);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** The numbers of the {@code timings} object, in its order; empty if there is none. */
  static Map<String, Long> timings(String line) {
    Map<String, Long> timings = new LinkedHashMap<>();
    Matcher object = TIMINGS.matcher(line);
    if (object.find()) {
      Matcher field = FIELD.matcher(object.group(1));
      while (field.find()) {
        timings.put(field.group(1), Long.valueOf(field.group(2)));
      }
    }
    return timings;
  }
}

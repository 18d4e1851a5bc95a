package dev.spore.cli;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When each phase of a run was reached, in µs of wall clock since 1970. Any thread. */
final class Timeline {
  /** Points in time, in the order in which they are reached. */
  enum Mark {
    LAUNCHED("launcher"),
    JVM_STARTED("JVM start"),
    MAIN("main"),
    FIRST_RUN("first KVM_RUN"),
    AGENT_READY("agent ready"),
    EXEC_STARTED("exec start"),
    EXITED("exit"),
    SAVED("saved"),
    CLOSED("machine closed");

    private final String label;

    Mark(String label) {
      this.label = label;
    }
  }

  /** How the machine came to run, once that is known; for people and scripts. */
  private @Nullable String start;

  private String reason = "";
  private final Map<Mark, Long> micros = new EnumMap<>(Mark.class);

  static long now() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  void mark(Mark mark) {
    mark(mark, now());
  }

  /** Like {@link #mark(Mark)} for a moment that has passed, as {@link System#nanoTime} gave it. */
  void markAt(Mark mark, long nanoTime) {
    mark(mark, now() - (System.nanoTime() - nanoTime) / 1000);
  }

  /**
   * Says how the machine came to run.
   *
   * @param how {@code booted} or {@code restored}
   * @param why that way and no other
   */
  synchronized void started(String how, String why) {
    start = how;
    reason = why;
  }

  /** The first time counts. */
  synchronized void mark(Mark mark, long epochMicros) {
    micros.putIfAbsent(mark, epochMicros);
  }

  /** Milliseconds from one point to another; null while either has not been reached. */
  synchronized @Nullable Long millisBetween(Mark from, Mark to) {
    Long start = micros.get(from);
    Long end = micros.get(to);
    return start == null || end == null ? null : Math.round((end - start) / 1000.0);
  }

  /** The {@code timings} object: the very start, and milliseconds from it to each point reached. */
  synchronized Json json(Json json) {
    json.beginObject("timings");
    Long start = first();
    if (start != null) {
      json.field("start_epoch_us", start);
    }
    for (Map.Entry<Mark, Long> entry : micros.entrySet()) {
      if (start != null && entry.getKey() != Mark.LAUNCHED) {
        String name = entry.getKey().name().toLowerCase(Locale.ROOT) + "_ms";
        json.field(name, Math.round((entry.getValue() - start) / 1000.0));
      }
    }
    json.endObject();
    String how = this.start;
    return how == null ? json : json.field("start", how).field("start_reason", reason);
  }

  /** A table: point, milliseconds since the point before, milliseconds since the start. */
  synchronized void print(PrintStream to) {
    to.printf("%-16s %10s %10s%n", "phase", "ms", "total ms");
    Long start = first();
    Long previous = start;
    List<Map.Entry<Mark, Long>> reached = new ArrayList<>(micros.entrySet());
    // A machine may be saved before its command has ended.
    reached.sort(Map.Entry.comparingByValue());
    for (Map.Entry<Mark, Long> entry : reached) {
      if (start == null || previous == null) {
        return;
      }
      long at = entry.getValue();
      to.printf(
          Locale.ROOT,
          "%-16s %10.1f %10.1f%n",
          entry.getKey().label,
          (at - previous) / 1000.0,
          (at - start) / 1000.0);
      previous = at;
    }
    if (this.start != null) {
      to.printf("%s: %s%n", this.start, reason);
    }
  }

  private @Nullable Long first() {
    return micros.isEmpty() ? null : micros.values().iterator().next();
  }
}

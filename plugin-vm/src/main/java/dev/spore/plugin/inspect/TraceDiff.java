package dev.spore.plugin.inspect;

import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.trace.SameText;
import dev.spore.plugin.trace.TraceCursor;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceSummary;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueText;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where two traces part.
 *
 * @param index of the first event that is not the same in both, or -1 if all are
 * @param left that event in the first trace, null if it has ended
 * @param right that event in the second trace, null if it has ended
 * @param lines what else differs, one line each: module, entry, outcome, number of events
 */
public record TraceDiff(
    long index, @Nullable TraceEvent left, @Nullable TraceEvent right, List<String> lines) {
  public TraceDiff {
    lines = List.copyOf(lines);
  }

  /**
   * Compares two traces, in either form each; checks neither.
   *
   * @throws dev.spore.plugin.DecodeException if one of them is none
   */
  public static TraceDiff of(TraceFile left, TraceFile right) {
    List<String> lines = heads(left.summary(), right.summary());
    try (TraceCursor one = left.events(0);
        TraceCursor other = right.events(0)) {
      for (long index = 0; ; index++) {
        TraceEvent first = one.next();
        TraceEvent second = other.next();
        if (first == null && second == null) {
          return new TraceDiff(-1, null, null, lines);
        }
        if (first == null || second == null || !first.sameText(second)) {
          return new TraceDiff(index, first, second, lines);
        }
      }
    }
  }

  /** Whether the traces tell the same. */
  public boolean isSame() {
    return index < 0 && lines.isEmpty();
  }

  /** For people, each line with its end. */
  public String text() {
    if (isSame()) {
      return "traces are the same\n";
    }
    StringBuilder out = new StringBuilder();
    lines.forEach(line -> out.append(line).append('\n'));
    if (index >= 0) {
      out.append("first difference at event ").append(index).append('\n');
      event(out, "left:  ", left);
      event(out, "right: ", right);
    }
    return out.toString();
  }

  private static void event(StringBuilder out, String side, @Nullable TraceEvent event) {
    out.append(side);
    if (event == null) {
      out.append("<none>\n");
      return;
    }
    out.append(EventText.withChecksum(event)).append('\n');
    if (event.capability() != null) {
      out.append("  cap ").append(EventText.callWithArguments(event.capability())).append('\n');
    }
    event
        .changes()
        .forEach(change -> out.append("  ").append(EventText.change(change)).append('\n'));
    if (event.error() != null) {
      out.append("  error: ").append(event.error()).append('\n');
    }
  }

  private static List<String> heads(TraceSummary left, TraceSummary right) {
    List<String> lines = new ArrayList<>();
    differ(lines, "module", module(left), module(right));
    differ(lines, "entry", left.entry(), right.entry());
    differ(lines, "events", Long.toString(left.events()), Long.toString(right.events()));
    Value one = left.result();
    Value other = right.result();
    if (one == null || other == null || !SameText.values(one, other)) {
      differ(lines, "result", shown(one), shown(other));
    }
    differ(lines, "error", String.valueOf(left.error()), String.valueOf(right.error()));
    return lines;
  }

  private static String module(TraceSummary trace) {
    return trace.module().name() + " " + Cmod.digest(trace.module());
  }

  private static String shown(@Nullable Value value) {
    return value == null ? "<none>" : ValueText.inner(value);
  }

  private static void differ(List<String> lines, String what, String left, String right) {
    if (!Objects.equals(left, right)) {
      lines.add("%s: %s -> %s".formatted(what, left, right));
    }
  }
}

package dev.spore.plugin.replay;

import dev.spore.plugin.inspect.EventText;
import dev.spore.plugin.inspect.TraceState;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a replay first went another way than its trace.
 *
 * @param index of the event
 * @param expected of the trace, null if it has ended
 * @param actual of the replay, null if it has ended
 * @param before after the last event that both share, null if there is none
 */
public record Divergence(
    long index,
    @Nullable TraceEvent expected,
    @Nullable TraceEvent actual,
    @Nullable TraceState before) {
  /** As a report writes it, line by line. */
  public List<String> lines(boolean verbose) {
    List<String> lines = new ArrayList<>();
    lines.add("first divergence at event " + index);
    event("expected", " ", expected, verbose, lines);
    event("actual", "   ", actual, verbose, lines);
    if (before != null) {
      state("expected", " ", before, verbose, lines);
      state("actual", "   ", before, verbose, lines);
    }
    return lines;
  }

  private static void event(
      String side, String space, @Nullable TraceEvent event, boolean verbose, List<String> lines) {
    if (event == null) {
      return;
    }
    lines.add(side + ":" + space + EventText.withChecksum(event));
    if (verbose) {
      lines.add(side + " detail: " + EventText.pretty(event));
    }
  }

  private void state(
      String side, String space, TraceState state, boolean verbose, List<String> lines) {
    TraceEvent event = state.event();
    if (event == null) {
      return;
    }
    lines.add(
        "%s state before:%s#%d %s registers=%d"
            .formatted(side, space, index - 1, EventText.place(event), state.registers().size()));
    if (!verbose) {
      return;
    }
    lines.add(side + " registers:");
    state
        .registers()
        .forEach((register, value) -> lines.add("  " + EventText.register(register, value)));
    CapabilityCall call = state.lastCall();
    if (call != null) {
      lines.add(side + " last capability: " + EventText.call(call));
    }
    if (event.error() != null) {
      lines.add(side + " error: " + event.error());
    }
  }
}

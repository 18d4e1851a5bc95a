package dev.spore.plugin.inspect;

import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.trace.RegisterChange;
import dev.spore.plugin.trace.TraceCursor;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceSummary;
import dev.spore.plugin.value.ValueText;
import java.util.function.Consumer;

/** A whole trace as lines for people. */
public final class Inspection {
  private Inspection() {}

  /**
   * Tells all of a trace; checks nothing of it.
   *
   * @param line gets one after the other, without its end
   * @throws dev.spore.plugin.DecodeException if the bytes are no trace
   */
  public static void of(TraceFile trace, Consumer<String> line) {
    TraceSummary summary = trace.summary();
    line.accept("module: " + summary.module().name());
    line.accept("entry: " + summary.entry());
    line.accept("events: " + summary.events());
    if (summary.result() != null) {
      line.accept("result: " + ValueText.plain(summary.result()));
    }
    if (summary.error() != null) {
      line.accept("error: " + summary.error());
    }
    line.accept("checksum: " + Long.toUnsignedString(summary.checksum()));
    if (!summary.calls().isEmpty()) {
      line.accept("capability audit:");
      summary
          .calls()
          .forEach((id, calls) ->
              line.accept(
                  "  %s: calls=%d granted=%d mocked=%d"
                      .formatted(id, calls.total(), calls.granted(), calls.mocked())));
    }
    try (TraceCursor events = trace.events(0)) {
      for (TraceEvent event = events.next(); event != null; event = events.next()) {
        event(event, line);
      }
    }
  }

  private static void event(TraceEvent event, Consumer<String> line) {
    String sourceLine = event.sourceLine() == SourceLines.NONE ? "" : " line=" + event.sourceLine();
    line.accept(
        "%s pc=%s%s op=%s changes=%d"
            .formatted(
                event.function(),
                Long.toUnsignedString(event.pc()),
                sourceLine,
                event.opcode(),
                event.changes().size()));
    CapabilityCall call = event.capability();
    if (call != null) {
      line.accept("  cap " + EventText.call(call));
    }
    for (RegisterChange change : event.changes()) {
      line.accept("  " + EventText.change(change));
    }
    if (event.error() != null) {
      line.accept("  error " + event.error());
    }
  }
}

package dev.spore.plugin.trace;

import dev.spore.plugin.json.ByteSink;
import dev.spore.plugin.module.PluginModule;

/** One form of a trace out of the other, be the trace true or not; nothing of it gets lost. */
public final class TraceConversion {
  private TraceConversion() {}

  /**
   * Writes a trace as JSON, in the layout every trace is written in.
   *
   * @throws dev.spore.plugin.DecodeException if it is none; part of it may be written then
   */
  public static void toJson(TraceFile trace, ByteSink out) {
    TraceSummary summary = trace.summary();
    copy(trace, summary, new TraceWriter(summary.module(), summary.entry(), out));
  }

  /** Writes a trace in the binary form; throws as {@link #toJson} does. */
  public static void toBinary(TraceFile trace, ByteSink out) {
    TraceSummary summary = trace.summary();
    copy(trace, summary, new BinaryTraceWriter(summary.module(), summary.entry(), out));
  }

  private static void copy(TraceFile trace, TraceSummary summary, TraceOutput output) {
    try (TraceCursor events = trace.events(0)) {
      for (TraceEvent event = events.next(); event != null; event = events.next()) {
        output.event(event);
      }
    }
    output.finish(summary.result(), summary.error(), summary.checksum(), summary.metadata());
  }

  /** Starts a trace in one of its forms. */
  public static TraceOutput start(boolean binary, PluginModule module, String entry, ByteSink out) {
    return binary ? new BinaryTraceWriter(module, entry, out) : new TraceWriter(module, entry, out);
  }
}

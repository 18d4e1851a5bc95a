package dev.spore.plugin.trace;

import dev.spore.plugin.RunException;
import dev.spore.plugin.json.ByteSink;

/** A part of a trace, to be looked at: it cannot be replayed. */
public final class TraceSlice {
  private TraceSlice() {}

  /**
   * The checksum some events of a trace would have as a trace of their own.
   *
   * @param from first event, unsigned
   * @param to last event, unsigned
   * @throws RunException if the trace has no such events
   */
  public static long checksum(TraceFile trace, long from, long to) {
    TraceSummary summary = checked(trace, from, to);
    TraceHash hash = new TraceHash();
    try (TraceCursor events = trace.events(from)) {
      for (long i = from; i <= to; i++) {
        TraceEvent event = events.next();
        if (event != null) {
          hash.add(event);
        }
      }
    }
    return hash.finish(summary.result(), summary.error());
  }

  private static TraceSummary checked(TraceFile trace, long from, long to) {
    TraceSummary summary = trace.summary();
    if (Long.compareUnsigned(from, to) > 0 || Long.compareUnsigned(to, summary.events()) >= 0) {
      throw new RunException(
          RunException.Family.RUNTIME,
          "trace slice %s..=%s out of bounds for %d events"
              .formatted(Long.toUnsignedString(from), Long.toUnsignedString(to), summary.events()));
    }
    return summary;
  }

  /**
   * Writes some events of a trace as a trace of their own, which tells what it was cut from.
   *
   * @param from first event, unsigned
   * @param to last event, unsigned
   * @return the checksum of the slice, unsigned
   * @throws RunException if the trace has no such events; nothing is written then
   */
  public static long write(TraceFile trace, long from, long to, ByteSink out) {
    TraceSummary summary = checked(trace, from, to);
    TraceWriter writer = new TraceWriter(summary.module(), summary.entry(), out);
    try (TraceCursor events = trace.events(from)) {
      for (long i = from; i <= to; i++) {
        TraceEvent event = events.next();
        if (event != null) {
          writer.event(event);
        }
      }
    }
    SliceOrigin origin = new SliceOrigin(from, to, summary.events(), summary.checksum());
    return writer.finish(
        summary.result(),
        summary.error(),
        TraceMetadata.ofSlice(summary.metadata(), summary.module(), origin));
  }
}

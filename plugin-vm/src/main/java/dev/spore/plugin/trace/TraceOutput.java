package dev.spore.plugin.trace;

import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.StepSink;
import dev.spore.plugin.value.Value;
import org.jspecify.annotations.Nullable;

/** A trace that is being written, in one of its forms. One thread. */
public sealed interface TraceOutput extends StepSink permits TraceWriter, BinaryTraceWriter {
  /** Writes an event with the checksum it has. */
  void event(TraceEvent event);

  /** How many events there are so far. */
  long events();

  /**
   * Ends the trace.
   *
   * @param metadata what the run was given, or null to leave it out
   * @return the checksum of the trace, unsigned
   */
  default long finish(Outcome outcome, @Nullable TraceMetadata metadata) {
    return switch (outcome) {
      case Outcome.Returned(Value value) -> finish(value, null, metadata);
      case Outcome.Failed(var failure) -> finish(null, failure.getMessage(), metadata);
    };
  }

  /**
   * Ends a trace that has whatever its source had.
   *
   * @return the checksum of the trace, unsigned
   */
  long finish(@Nullable Value result, @Nullable String error, @Nullable TraceMetadata metadata);

  /** Ends a trace with a given checksum, be it right or wrong. */
  void finish(
      @Nullable Value result,
      @Nullable String error,
      long checksum,
      @Nullable TraceMetadata metadata);

  /** Gives its sink all that is complete. */
  void flush();
}

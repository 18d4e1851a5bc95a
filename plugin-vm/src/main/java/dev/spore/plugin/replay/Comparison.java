package dev.spore.plugin.replay;

import dev.spore.plugin.RecordedException;
import dev.spore.plugin.RunException;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.run.StepSink;
import dev.spore.plugin.trace.SameText;
import dev.spore.plugin.trace.TraceCursor;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceHash;
import dev.spore.plugin.value.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds each step of a run against the events of a trace, and answers its capability calls out of
 * them. Stops the run at the first difference.
 */
final class Comparison implements StepSink, Capabilities, AutoCloseable {
  /** Ends a run whose end does not matter any more. */
  static final class Diverged extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Diverged() {
      super(null, null, false, false);
    }
  }

  private final TraceFile trace;
  private final PluginModule module;
  private final TraceHash hash = new TraceHash();
  private final TraceCursor events;
  private @Nullable TraceEvent expected;
  private @Nullable TraceEvent actual;
  private long index;

  Comparison(TraceFile trace, PluginModule module) {
    this.trace = trace;
    this.module = module;
    this.events = trace.events(0);
    this.expected = events.next();
  }

  /** How many events were equal. */
  long index() {
    return index;
  }

  /** The next event of the trace, null after the last. */
  @Nullable TraceEvent expected() {
    return expected;
  }

  /** The step that differs, if one does. */
  @Nullable TraceEvent actual() {
    return actual;
  }

  TraceHash hash() {
    return hash;
  }

  @Override
  public void step(
      int function,
      int pc,
      int register,
      @Nullable Value value,
      @Nullable CapabilityCall call,
      @Nullable String error) {
    TraceEvent step = hash.seal(TraceEvent.of(module, function, pc, register, value, call, error));
    TraceEvent told = expected;
    if (told == null || !told.sameText(step)) {
      actual = step;
      throw new Diverged();
    }
    index++;
    expected = events.next();
  }

  @Override
  public CapabilityCall call(Capability capability, List<Value> args) {
    CapabilityCall recorded = recorded();
    if (recorded == null) {
      throw fault("missing recorded capability " + capability.id());
    }
    if (!recorded.id().equals(capability.id()) || !SameText.lists(recorded.args(), args)) {
      throw fault("capability call mismatch for " + capability.id());
    }
    return recorded;
  }

  /** All events so far were equal, so that the next record is in the next event or after it. */
  private @Nullable CapabilityCall recorded() {
    TraceEvent next = expected;
    if (next == null) {
      return null;
    }
    if (next.capability() != null) {
      return next.capability();
    }
    String error = next.error();
    if (error != null
        && next.opcode().equals(Opcode.CAP_CALL.text())
        && !error.startsWith("replay error: ")) {
      throw new RecordedException(error);
    }
    try (TraceCursor rest = trace.events(index + 1)) {
      for (TraceEvent event = rest.next(); event != null; event = rest.next()) {
        if (event.capability() != null) {
          return event.capability();
        }
      }
    }
    return null;
  }

  private static RunException fault(String what) {
    return new RunException(RunException.Family.REPLAY, what);
  }

  @Override
  public void close() {
    events.close();
  }
}

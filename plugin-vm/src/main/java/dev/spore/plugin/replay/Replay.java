package dev.spore.plugin.replay;

import dev.spore.plugin.PluginException;
import dev.spore.plugin.VerifyException;
import dev.spore.plugin.inspect.TraceState;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.run.Interpreter;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.trace.SameText;
import dev.spore.plugin.trace.TraceCursor;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceMetadata;
import dev.spore.plugin.trace.TraceSummary;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueText;
import dev.spore.plugin.value.Values;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs the module of a trace again, within its limits and with its answers to capability calls, and
 * compares every event. No host and no policy is asked.
 */
public final class Replay {
  private final TraceFile trace;
  private final TraceSummary summary;

  private Replay(TraceFile trace) {
    this.trace = trace;
    this.summary = trace.summary();
  }

  /**
   * Replays a trace.
   *
   * @throws dev.spore.plugin.DecodeException if the bytes are no trace
   * @throws java.io.UncheckedIOException if its file cannot be read
   */
  public static ReplayOutcome of(TraceFile trace) {
    ReplayOutcome valid = FastReplay.of(trace);
    return valid == null ? new Replay(trace).run() : valid;
  }

  private ReplayOutcome run() {
    Program program;
    try {
      program = Program.of(summary.module());
    } catch (VerifyException e) {
      return new ReplayOutcome.Failed(e);
    }
    TraceMetadata metadata = summary.metadata();
    if (metadata != null && metadata.slice() != null) {
      return refused("trace slice is inspection-only; replay the full captured trace");
    }
    if (metadata == null && summary.error() != null) {
      return refused("error trace cannot be replayed without recorded trace metadata and limits");
    }
    RunLimits limits = metadata == null ? RunLimits.unbounded() : metadata.limits();
    try (Comparison comparison = new Comparison(trace, summary.module())) {
      Outcome outcome;
      try {
        outcome = Interpreter.run(program, summary.entry(), limits, comparison, comparison);
      } catch (Comparison.Diverged e) {
        return diverged(comparison);
      }
      return comparison.expected() == null ? ended(outcome, comparison) : diverged(comparison);
    }
  }

  private static ReplayOutcome refused(String what) {
    return new ReplayOutcome.Refused(what, null);
  }

  private ReplayOutcome diverged(Comparison comparison) {
    TraceState before = null;
    if (comparison.index() > 0) {
      before = new TraceState();
      try (TraceCursor events = trace.events(0)) {
        for (long i = 0; i < comparison.index(); i++) {
          before.apply(Objects.requireNonNull(events.next()));
        }
      }
    }
    return new ReplayOutcome.Refused(
        "trace events did not match replay",
        new Divergence(comparison.index(), comparison.expected(), comparison.actual(), before));
  }

  private ReplayOutcome ended(Outcome outcome, Comparison comparison) {
    if (summary.result() != null && summary.error() != null) {
      return refused("trace has both a result and an error; expected exactly one");
    }
    ReplayOutcome wrong =
        switch (outcome) {
          case Outcome.Returned(Value value) -> wrongResult(value);
          case Outcome.Failed(PluginException failure) -> wrongError(failure);
        };
    if (wrong != null) {
      return wrong;
    }
    if (comparison.hash().finish(summary.result(), summary.error()) != summary.checksum()) {
      return refused("trace checksum did not match replay");
    }
    TraceMetadata metadata = summary.metadata();
    if (metadata != null) {
      String digest = Cmod.digest(summary.module());
      if (!metadata.moduleDigest().equals(digest)) {
        return refused(
            "trace metadata names module "
                + metadata.moduleDigest()
                + ", but the trace holds module "
                + digest);
      }
    }
    return new ReplayOutcome.Valid(
        summary.events(), summary.result(), summary.error(), summary.checksum());
  }

  private @Nullable ReplayOutcome wrongResult(Value value) {
    Value recorded = summary.result();
    if (recorded == null) {
      return refused(
          summary.error() == null
              ? "trace has neither a result nor an error to validate"
              : "trace expected error "
                  + summary.error()
                  + ", replay returned result "
                  + ValueText.inner(value));
    }
    boolean same = Values.same(recorded, value) || SameText.values(recorded, value);
    return same ? null : refused("trace result did not match replay");
  }

  private @Nullable ReplayOutcome wrongError(PluginException failure) {
    if (summary.error() == null) {
      return new ReplayOutcome.Failed(failure);
    }
    return summary.error().equals(failure.getMessage())
        ? null
        : refused(
            "trace error did not match replay: expected "
                + summary.error()
                + ", got "
                + failure.getMessage());
  }
}

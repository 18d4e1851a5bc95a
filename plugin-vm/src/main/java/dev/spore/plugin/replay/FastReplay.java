package dev.spore.plugin.replay;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.RunException;
import dev.spore.plugin.VerifyException;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.run.Interpreter;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.trace.SameText;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceMetadata;
import dev.spore.plugin.trace.TraceMirror;
import dev.spore.plugin.value.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replay that makes the trace anew and compares bytes: if they are equal, so is all that could be
 * compared. It finds traces valid; whatever else they are is left to {@link Replay}.
 */
final class FastReplay {
  private FastReplay() {}

  /** The outcome of a valid trace; null for any other, and for some that are valid. */
  static @Nullable ReplayOutcome of(TraceFile trace) {
    try (TraceMirror mirror = trace.mirror()) {
      return mirror == null ? null : run(mirror);
    } catch (TraceMirror.Mismatch | VerifyException | DecodeException e) {
      // Slower, but it can say what differs.
      return null;
    }
  }

  private static @Nullable ReplayOutcome run(TraceMirror mirror) {
    TraceMetadata metadata = mirror.metadata();
    if (metadata != null
        && (metadata.slice() != null
            || !metadata.moduleDigest().equals(Cmod.digest(mirror.module())))) {
      return null;
    }
    RunLimits limits = metadata == null ? RunLimits.unbounded() : metadata.limits();
    Outcome outcome =
        Interpreter.run(
            Program.of(mirror.module()),
            mirror.entry(),
            limits,
            (capability, args) -> answer(mirror, capability, args),
            mirror.steps());
    long checksum = mirror.finish(outcome);
    return switch (outcome) {
      case Outcome.Returned(Value value) ->
          new ReplayOutcome.Valid(mirror.events(), value, null, checksum);
      case Outcome.Failed(PluginException failure) ->
          metadata == null
              ? null
              : new ReplayOutcome.Valid(mirror.events(), null, failure.getMessage(), checksum);
    };
  }

  private static CapabilityCall answer(
      TraceMirror mirror, Capability capability, List<Value> args) {
    CapabilityCall recorded = mirror.nextCall();
    if (!recorded.id().equals(capability.id()) || !SameText.lists(recorded.args(), args)) {
      throw new RunException(
          RunException.Family.REPLAY, "capability call mismatch for " + capability.id());
    }
    return recorded;
  }
}

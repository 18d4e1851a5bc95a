package dev.spore.plugin.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.plugin.PluginException;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.Engine;
import dev.spore.plugin.run.Interpreter;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.run.StepSink;
import dev.spore.plugin.trace.TraceWriter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs of both engines, which must not differ in anything that can be seen. */
final class Both {
  private Both() {}

  /** What a run was, and the digest of its trace. */
  record Seen(String outcome, String trace) {}

  /**
   * Runs on both, with trace and without.
   *
   * @param capabilities new ones, for each run
   * @return what both saw
   */
  static Seen run(
      Engine guest,
      PluginModule module,
      String entry,
      RunLimits limits,
      Supplier<Capabilities> capabilities) {
    Program program = Program.of(module);
    Seen java = traced(Both::inJava, program, entry, limits, capabilities.get());
    Seen kvm = traced(guest, program, entry, limits, capabilities.get());
    assertThat(kvm.outcome()).isEqualTo(java.outcome());
    assertThat(kvm.trace()).isEqualTo(java.trace());
    Outcome silent = guest.run(program, entry, limits, null, capabilities.get(), null);
    assertThat(text(silent)).isEqualTo(java.outcome());
    return java;
  }

  private static Outcome inJava(
      Program program,
      String entry,
      RunLimits limits,
      @Nullable Duration wallTime,
      Capabilities capabilities,
      @Nullable StepSink sink) {
    return Interpreter.run(program, entry, limits, capabilities, sink);
  }

  private static Seen traced(
      Engine engine, Program program, String entry, RunLimits limits, Capabilities capabilities) {
    MessageDigest file = sha256();
    TraceWriter writer = new TraceWriter(program.module(), entry, file::update);
    Outcome outcome = engine.run(program, entry, limits, null, capabilities, writer);
    writer.finish(outcome, null);
    return new Seen(text(outcome), HexFormat.of().formatHex(file.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** An outcome with the kind of its failure. */
  static String text(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Returned(var value) -> "returned " + value;
      case Outcome.Failed(PluginException failure) ->
          failure.getClass().getSimpleName() + " " + failure.getMessage();
    };
  }
}

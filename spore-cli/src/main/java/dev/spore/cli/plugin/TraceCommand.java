package dev.spore.cli.plugin;

import dev.spore.plugin.PluginException;
import dev.spore.plugin.guest.EngineChoice;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.Negotiation;
import dev.spore.plugin.policy.PluginHost;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.LiveCapabilities;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.trace.TraceMetadata;
import dev.spore.plugin.trace.TraceWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** {@code spore plugin trace}. */
final class TraceCommand implements PluginCommand {
  @Override
  public Flags flags() {
    Flags flags =
        new Flags("trace")
            .word("MODULE")
            .required("--policy", "FILE", "what the plugin may use (TOML)")
            .required("--out", "FILE", "where the trace goes")
            .value("--entry", "NAME", "which export to run; main if not given");
    return LimitFlags.addTo(EngineFlag.addTo(flags));
  }

  @Override
  public String summary() {
    return """
    Runs an entry as spore plugin run does and writes down every step, in constant memory: the
    module, each instruction with what it changed, each capability call with its answer.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore plugin trace plugin.chr --policy policy.toml --out plugin.ctrace

    A plugin that fails is a trace too: the file is written, and the exit code is 1. Nothing is
    written if the policy does not let the plugin run.
    """;
  }

  @Override
  public int execute(Arguments arguments, Console console) {
    PluginModule module = PluginFiles.module(console, arguments.word(0));
    PluginFiles.PolicySource policy = PluginFiles.policy(console, arguments.required("--policy"));
    RunLimits limits = LimitFlags.of(arguments);
    PluginHost host =
        CommandHost.printing(line -> {
          console.print(line);
          console.flush();
        });
    Negotiation negotiation = Negotiation.of(module, policy.policy(), host);
    negotiation.require();
    byte[] policyFile = policy.text().getBytes(StandardCharsets.UTF_8);
    TraceMetadata metadata = TraceMetadata.of(module, policyFile, limits, negotiation);
    String out = arguments.required("--out");
    Program program = Program.of(module);
    Outcome outcome;
    try (EngineChoice choice = EngineFlag.choose(arguments, program, limits);
        OutputStream file = PluginFiles.open(console, out)) {
      String entry = RunCommand.entry(arguments);
      TraceWriter writer = new TraceWriter(module, entry, (b, off, n) -> write(file, b, off, n));
      Capabilities capabilities = new LiveCapabilities(policy.policy(), host);
      outcome = choice.engine().run(program, entry, limits, null, capabilities, writer);
      writer.finish(outcome, metadata);
    } catch (IOException e) {
      throw new CommandFailure(PluginFiles.reason(e));
    } catch (UncheckedIOException e) {
      throw new CommandFailure(PluginFiles.reason(Objects.requireNonNull(e.getCause())));
    }
    if (outcome instanceof Outcome.Failed(PluginException failure)) {
      throw new CommandFailure("trace captured error: " + failure.getMessage());
    }
    console.print("wrote " + out + "\n");
    return 0;
  }

  private static void write(OutputStream file, byte[] bytes, int offset, int length) {
    try {
      file.write(bytes, offset, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

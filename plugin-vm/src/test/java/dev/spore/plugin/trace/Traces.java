package dev.spore.plugin.trace;

import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.json.ByteSink;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.Decision;
import dev.spore.plugin.policy.HostRegistry;
import dev.spore.plugin.policy.Negotiation;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.run.Interpreter;
import dev.spore.plugin.run.LiveCapabilities;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Traces of small programs, made for tests. */
public final class Traces {
  /** Four instructions a round. */
  public static final String LOOP =
      """
      .module "loop"
      .fn main r4
        const r0, 0
        const r1, 1
        const r2, %d
      again:
        add r0, r0, r1
        lt r3, r0, r2
        jump_if r3, again
        ret r0
      .end
      """;

  private Traces() {}

  /** The trace of a program in assembly that is granted all it asks for. */
  public static byte[] of(String assembly, RunLimits limits) {
    return of(
        assembly, limits, HostRegistry.withBuiltins(_ -> {}, Clock.systemUTC(), new Random(1)));
  }

  /** The trace of a program that is granted all it asks a host for. */
  public static byte[] of(String assembly, RunLimits limits, HostRegistry host) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(Assembler.assemble(assembly), limits, host, out::write);
    return out.toByteArray();
  }

  /** Writes the trace of a module that is granted all it asks a host for. */
  public static void write(PluginModule module, RunLimits limits, HostRegistry host, ByteSink out) {
    Map<String, Decision> decisions = new HashMap<>();
    module.capabilities().forEach(each -> decisions.put(each.id(), new Decision.Grant()));
    Policy policy = new Policy(decisions);
    TraceWriter writer = new TraceWriter(module, "main", out);
    Outcome outcome =
        Interpreter.run(
            Program.of(module), "main", limits, new LiveCapabilities(policy, host), writer);
    Negotiation negotiation = Negotiation.of(module, policy, host);
    writer.finish(outcome, TraceMetadata.of(module, new byte[0], limits, negotiation));
  }
}

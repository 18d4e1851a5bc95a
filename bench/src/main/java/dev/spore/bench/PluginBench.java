package dev.spore.bench;

import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.json.ByteSink;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.policy.HostRegistry;
import dev.spore.plugin.policy.Negotiation;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.replay.Replay;
import dev.spore.plugin.run.Interpreter;
import dev.spore.plugin.run.LiveCapabilities;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.trace.TraceConversion;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceMetadata;
import dev.spore.plugin.trace.TraceOutput;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.verify.Verifier;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Plugins in pure Java: traces in the heap {@code bench/run} gives this process, and the verifier.
 */
final class PluginBench {
  /** What can be measured by itself; each needs a heap of its own size. */
  enum Part {
    TRACE,
    VERIFY
  }

  private static final String HOT =
      """
      .module "hot"
      .fn main r5
        const r0, 0
        const r1, 1
        const r2, 250000
        const r4, 0
      again:
        add r0, r0, r1
        add r4, r4, r0
        lt r3, r0, r2
        jump_if r3, again
        ret r0
      .end
      """;
  private static final double EVENTS = 1_000_005;
  private static final int INSTRUCTIONS = 900_000;
  private static final int WARM = 3;
  private static final int RUNS = 7;

  private final Path scratch;
  private final Bars bars;
  private final PrintStream out;

  PluginBench(Setup setup, Bars bars, PrintStream out) {
    this.scratch = setup.scratch();
    this.bars = bars;
    this.out = out;
  }

  void run(Part part) throws IOException {
    switch (part) {
      case TRACE -> traces();
      case VERIFY -> verifier();
    }
  }

  /** Something to be timed, and how many things it does. */
  private static Stats perSecond(double things, Runnable work) {
    List<Double> millions = new ArrayList<>();
    for (int i = 0; i < WARM + RUNS; i++) {
      long start = System.nanoTime();
      work.run();
      double seconds = (System.nanoTime() - start) / 1e9;
      if (i >= WARM) {
        millions.add(things / seconds / 1e6);
      }
    }
    return new Stats(millions);
  }

  private void traces() throws IOException {
    PluginModule module = Assembler.assemble(HOT);
    Path json = scratch.resolve("hot.ctrace");
    Path binary = scratch.resolve("hot.sptrace");
    Stats writeJson = perSecond(EVENTS, () -> trace(module, false, json));
    Stats writeBinary = perSecond(EVENTS, () -> trace(module, true, binary));
    Stats replayJson = perSecond(EVENTS, () -> replay(json));
    Stats replayBinary = perSecond(EVENTS, () -> replay(binary));
    long mib = Runtime.getRuntime().maxMemory() >> 20;
    String written = "the run, its trace and the file; four instructions a round, 10^6 events";
    String replayed = "reading the file, running it again, comparing everything";
    new Table("Traces of plugins, heap of at most " + mib + " MiB")
        .row("write JSON, %d MB".formatted(Files.size(json) / 1_000_000), "M/s", writeJson, written)
        .row(
            "write binary, %.1f MB".formatted(Files.size(binary) / 1e6),
            "M/s",
            writeBinary,
            written)
        .row("replay JSON", "M/s", replayJson, replayed)
        .row("replay binary", "M/s", replayBinary, replayed)
        .print(out);
    bars.atLeast("trace to disk, JSON", writeJson.median(), 1.5, "M events/s");
    bars.atLeast("trace to disk, binary", writeBinary.median(), 5, "M events/s");
    bars.atLeast("replay of JSON", replayJson.median(), 3, "M events/s");
    bars.atLeast("replay of binary", replayBinary.median(), 3, "M events/s");
    bars.atMost("heap of traces and replays", (double) mib, 64, "MiB");
  }

  private static void trace(PluginModule module, boolean binary, Path file) {
    try (OutputStream stream = Files.newOutputStream(file)) {
      ByteSink sink =
          (bytes, offset, length) -> {
            try {
              stream.write(bytes, offset, length);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          };
      TraceOutput output = TraceConversion.start(binary, module, "main", sink);
      Outcome outcome =
          Interpreter.run(
              Program.of(module),
              "main",
              RunLimits.unbounded(),
              new LiveCapabilities(new Policy(Map.of()), new HostRegistry()),
              output);
      Negotiation negotiation = new Negotiation(List.of());
      output.finish(
          outcome, TraceMetadata.of(module, new byte[0], RunLimits.unbounded(), negotiation));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void replay(Path file) {
    Optional.ofNullable(Replay.of(TraceFile.of(file)).failure())
        .ifPresent(failure -> {
          throw new IllegalStateException(failure);
        });
  }

  private void verifier() {
    byte[] file = Cmod.encode(large());
    Stats verify = perSecond(INSTRUCTIONS, () -> Verifier.verify(Cmod.decode(file)));
    PluginModule module = Cmod.decode(file);
    Stats alone = perSecond(INSTRUCTIONS, () -> Verifier.verify(module));
    new Table(
            "Verifier of plugins, %d instructions, %d MB"
                .formatted(INSTRUCTIONS, file.length / 1_000_000))
        .row("decode and verify", "M/s", verify, "from the bytes of a binary module in memory")
        .row("verify", "M/s", alone, "of a module that is decoded")
        .print(out);
    bars.atLeast("verify a module, decoding included", verify.median(), 16, "M instr/s");
  }

  private static PluginModule large() {
    List<Instruction> code = new ArrayList<>();
    for (int i = 0; i < INSTRUCTIONS - 1; i++) {
      code.add(Instruction.of(Opcode.ADD, i % 7, (i + 1) % 7, (i + 2) % 7));
    }
    code.add(Instruction.of(Opcode.RET, 0, 0, 0));
    PluginFunction main = new PluginFunction("main", 8, 0, code, SourceLines.EMPTY);
    return new PluginModule(
        "large",
        List.of(new Value.I64(1)),
        List.of(),
        List.of(main),
        new TreeMap<>(Map.of("main", 0L)));
  }
}

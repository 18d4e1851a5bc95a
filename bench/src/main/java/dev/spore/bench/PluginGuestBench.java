package dev.spore.bench;

import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.guest.EngineChoice;
import dev.spore.plugin.guest.EngineChoice.Wanted;
import dev.spore.plugin.guest.EngineException;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.value.Value;
import java.io.PrintStream;

/** Plugins in machines of their own: what a machine, a run, a call and an instruction cost. */
final class PluginGuestBench {
  private static final int RUNS = 9;
  private static final int WARM_UP = 2;
  private static final int FRESH = 50;
  private static final int POOLED = 1000;
  private static final int CALLS = 1000;
  private static final int ROUNDS = 10_000_000;

  private static final String FRESH_ROW = "fresh machine: create, run, destroy";
  private static final String POOLED_ROW = "pooled run";
  private static final String CALL_ROW = "capability call";
  private static final String LOOP_ROW = "four-instruction loop";

  private static final Program TINY =
      program(
          """
          .module "tiny"
          .fn main r1
            const r0, 5
            ret r0
          .end
          """);

  private static final Program LOOP =
      program(
          """
          .module "loop"
          .fn main r4
            const r0, 0
            const r1, %d
            const r2, 1
            jump test
          body:
            add r0, r0, r2
            jump test
          test:
            lt r3, r0, r1
            jump_if r3, body
            ret r0
          .end
          """
              .formatted(ROUNDS));

  private static final Program CALLING =
      program(
          """
          .module "calling"
          .cap clock.now@1() -> i64
          .fn main r5
            const r0, 0
            const r1, %d
            const r2, 1
          top:
            cap_call r4, clock.now@1
            add r0, r0, r2
            lt r3, r0, r1
            jump_if r3, top
            ret r0
          .end
          """
              .formatted(CALLS));

  private final Bars bars;
  private final Figures figures = new Figures();

  PluginGuestBench(Bars bars) {
    this.bars = bars;
  }

  private static Program program(String source) {
    return Program.of(Assembler.assemble(source));
  }

  void run(PrintStream out) {
    try (EngineChoice kvm = choose()) {
      for (int i = -WARM_UP; i < RUNS; i++) {
        boolean counts = i >= 0;
        add(counts, POOLED_ROW, micros(POOLED, () -> run(kvm, TINY)));
        add(counts, FRESH_ROW, micros(FRESH, PluginGuestBench::fresh));
        add(counts, CALL_ROW, micros(1, () -> run(kvm, CALLING)) / CALLS);
        add(counts, LOOP_ROW, 4.0 * ROUNDS / micros(1, () -> run(kvm, LOOP)));
      }
    } catch (EngineException e) {
      bars.missing("plugins in machines of their own", String.valueOf(e.getMessage()));
      return;
    }
    table().print(out);
    bars.atMost("plugin: fresh machine, two instructions", median(FRESH_ROW) / 1000, 3, "ms");
    bars.atMost("plugin: pooled run, two instructions", median(POOLED_ROW), 150, "us");
    bars.atMost("plugin: capability call, round trip", median(CALL_ROW), 60, "us");
    bars.atLeast("plugin: hot loop, engine kvm", median(LOOP_ROW), 200, "M instr/s");
  }

  private static EngineChoice choose() {
    return EngineChoice.of(Wanted.KVM, TINY, RunLimits.unbounded());
  }

  private static void fresh() {
    try (EngineChoice engine = choose()) {
      run(engine, TINY);
    }
  }

  private static void run(EngineChoice choice, Program program) {
    Capabilities clock =
        (capability, args) ->
            new CapabilityCall(
                capability.id(), CapabilityCall.Answer.GRANTED, args, new Value.I64(1));
    Outcome outcome =
        choice.engine().run(program, "main", RunLimits.unbounded(), null, clock, null);
    if (!(outcome instanceof Outcome.Returned)) {
      throw new IllegalStateException("the plugin ended with " + outcome);
    }
  }

  private static double micros(int times, Runnable work) {
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      work.run();
    }
    return (System.nanoTime() - start) / 1e3 / times;
  }

  private void add(boolean counts, String row, double figure) {
    if (counts) {
      figures.add(row, figure);
    }
  }

  private double median(String row) {
    return figures.median(row);
  }

  private Table table() {
    String mean = "one after the other in a warm JVM, the mean of %d";
    return new Table("Plugins in machines of their own, memory limit 64 MiB")
        .row(FRESH_ROW, "us", figures.of(FRESH_ROW), mean.formatted(FRESH) + "; two instructions")
        .row(
            POOLED_ROW,
            "us",
            figures.of(POOLED_ROW),
            mean.formatted(POOLED) + "; two instructions, reset included")
        .row(
            CALL_ROW,
            "us",
            figures.of(CALL_ROW),
            "there and back, and the loop around it, the mean of " + CALLS)
        .row(LOOP_ROW, "M/s", figures.of(LOOP_ROW), "instructions, of " + ROUNDS + " rounds");
  }
}

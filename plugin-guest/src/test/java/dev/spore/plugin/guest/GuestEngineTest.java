package dev.spore.plugin.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.value.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@RequiresKvm
final class GuestEngineTest {
  private static final String DOUBLING =
      """
      .module "doubling"
      .fn main r1
        array_new r0
      top:
        array_new r0, r0, r0
        jump top
      .end
      """;

  private GuestEngine engine;

  @BeforeEach
  void open() {
    engine = new GuestEngine(Kvm.open());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private static Capabilities none() {
    return (capability, args) -> {
      throw new AssertionError("no capability is declared");
    };
  }

  private Outcome run(String source, RunLimits limits) {
    return engine.run(Program.of(Assembler.assemble(source)), "main", limits, null, none(), null);
  }

  private static Both.Seen both(GuestEngine engine, String source, RunLimits limits) {
    return Both.run(engine, Assembler.assemble(source), "main", limits, GuestEngineTest::none);
  }

  private static RunLimits memory(long bytes) {
    return new RunLimits(null, null, null, null, bytes);
  }

  @Test
  void missingEntriesDoNotStartAMachine() {
    Outcome outcome =
        engine.run(
            Program.of(Assembler.assemble(DOUBLING)),
            "other",
            RunLimits.sandbox(),
            null,
            none(),
            null);
    assertThat(Both.text(outcome)).endsWith("runtime error: missing entry export other");
  }

  @Test
  void doublingArraysMeetTheMemoryLimitWhateverItIs() {
    for (long bytes : new long[] {0, 63, 64, 80, 100, 4096, 1_000_000}) {
      assertThat(both(engine, DOUBLING, memory(bytes)).outcome())
          .contains("memory exceeded max " + bytes + " bytes");
    }
  }

  @Test
  void whatIsCountedFitsHoweverItIsPlaced() {
    // Small arrays, each a head and an item or two, replaced again and again.
    String source =
        """
        .module "small"
        .fn main r6
          const r0, 0
          const r1, 1
          const r5, 20000
          array_new r2
        top:
          array_new r3, r0
          array_new r2, r2, r3
          array_new r4, r3, r3, r3
          add r0, r0, r1
          lt r4, r0, r5
          jump_if r4, top
          ret r0
        .end
        """;
    assertThat(both(engine, source, memory(10_000)).outcome()).contains("memory exceeded");
    String nested = source.replace("array_new r2, r2, r3", "array_new r2, r3");
    assertThat(run(nested, memory(600))).isEqualTo(new Outcome.Returned(new Value.I64(20_000)));
  }

  @Test
  void largeArraysSurviveManyCollections() {
    StringBuilder items = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      items.append(", r0");
    }
    String source =
        """
        .module "large"
        .fn main r8
          const r0, 0
          const r1, 1
          const r5, 999
          array_new r2%s
          array_new r3, r2, r2
        top:
          array_set r2, r0, r0
          add r0, r0, r1
          lt r4, r0, r5
          jump_if r4, top
          array_get r6, r2, r1
          array_get r7, r2, r5
          array_new r2, r2, r3, r6, r7
          ret r2
        .end
        """
            .formatted(items);
    Both.Seen seen =
        Both.run(
            engine,
            Assembler.assemble(source),
            "main",
            new RunLimits(null, 5L, 100L, null, 200_000),
            GuestEngineTest::none);
    assertThat(seen.outcome()).startsWith("returned ");
  }

  @Test
  void recursionGoesAsDeepAsItsLimits() {
    String source =
        """
        .module "deep"
        .fn main r2
          call r0, main
          ret r0
        .end
        """;
    assertThat(both(engine, source, new RunLimits(null, 500L, null, null, 1 << 20)).outcome())
        .contains("call depth exceeded max 500");
    assertThat(both(engine, source, memory(100_000)).outcome()).contains("memory exceeded");
    assertThat(Both.text(run(source, RunLimits.unbounded()))).contains("memory exceeded");
  }

  @Test
  void arraysNestOnlySoDeep() {
    String source =
        """
        .module "nested"
        .fn main r1
          array_new r0
        top:
          array_new r0, r0
          jump top
        .end
        """;
    assertThat(both(engine, source, RunLimits.unbounded()).outcome())
        .contains("array nesting exceeded max 500");
  }

  @Test
  void aLoopIsStoppedAndItsTraceShowsWhere() {
    String source =
        """
        .module "loop"
        .fn inner r1
        top:
          jump top
        .end
        .fn main r1
          call r0, inner
          ret r0
        .end
        """;
    Program program = Program.of(Assembler.assemble(source));
    List<String> last = new ArrayList<>();
    Outcome outcome =
        engine.run(
            program,
            "main",
            RunLimits.unbounded(),
            Duration.ofMillis(30),
            none(),
            (function, pc, register, value, call, error) -> {
              if (error != null) {
                last.add(function + "@" + pc + " " + error);
              }
            });
    String text = "resource limit exceeded: wall time exceeded max 30 ms";
    assertThat(Both.text(outcome)).endsWith(text);
    assertThat(last).containsExactly("0@0 " + text, "1@0 " + text);
    assertThat(run(source.replace("jump top", "ret r0"), RunLimits.sandbox()))
        .isInstanceOf(Outcome.Returned.class);
  }

  @Test
  void valuesOfCapabilitiesComeBackAsTheyWere() {
    String source =
        """
        .module "give"
        .cap any.give@1(any...) -> any
        .fn main r4
          cap_call r0, any.give@1, r0
          cap_call r1, any.give@1, r0, r0
          array_new r2, r0, r1
          cap_call r3, any.give@1, r2
          ret r3
        .end
        """;
    Value big = new Value.Array(Collections.nCopies(50_000, new Value.Text("x")));
    Value names =
        new Value.Array(List.of(new Value.FunctionName("\ud800"), new Value.CapabilityName("")));
    PluginModule module = Assembler.assemble(source);
    for (Value value : List.of(big, names, new Value.Text("\u00e9".repeat(3000)))) {
      Capabilities giving =
          (capability, args) ->
              new CapabilityCall(capability.id(), CapabilityCall.Answer.GRANTED, args, value);
      Outcome outcome =
          engine.run(Program.of(module), "main", RunLimits.unbounded(), null, giving, null);
      assertThat(outcome).isEqualTo(new Outcome.Returned(value));
      Both.Seen seen = Both.run(engine, module, "main", memory(1000), () -> giving);
      assertThat(seen.outcome()).contains(value.equals(names) ? "returned" : "memory exceeded");
    }
  }

  @Test
  void anErrorOfTheHostIsItsOwnAndTheEngineLives() {
    String source =
        """
        .module "give"
        .cap any.give@1(any...) -> any
        .fn main r1
          cap_call r0, any.give@1
          ret r0
        .end
        """;
    Program program = Program.of(Assembler.assemble(source));
    Capabilities broken =
        (Capability capability, List<Value> args) -> {
          throw new IllegalStateException("mine");
        };
    assertThatThrownBy(() -> engine.run(program, "main", RunLimits.sandbox(), null, broken, null))
        .isInstanceOf(IllegalStateException.class)
        .isNotInstanceOf(PluginException.class)
        .hasMessage("mine");
    assertThat(Both.text(run(DOUBLING, RunLimits.sandbox()))).contains("memory exceeded");
  }

  @Test
  void refusesWhatItCannotKeep() {
    Program program = Program.of(Assembler.assemble(DOUBLING));
    RunLimits much = memory(GuestLimits.RUN_MEMORY_BYTES_MAX + 1);
    assertThat(GuestEngine.refusal(program, much))
        .hasValueSatisfying(why -> assertThat(why).contains("memory limit"));
    assertThat(GuestEngine.refusal(program, memory(GuestLimits.RUN_MEMORY_BYTES_MAX))).isEmpty();
    assertThatThrownBy(() -> engine.run(program, "main", much, null, none(), null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void runsOnManyThreadsAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<String>> outcomes = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        outcomes.add(threads.submit(() -> Both.text(run(DOUBLING, memory(3000)))));
      }
      for (Future<String> outcome : outcomes) {
        assertThat(outcome.get()).contains("memory exceeded max 3000 bytes");
      }
    }
  }

  @Test
  void manyPooledRunsLeaveNothing() throws Exception {
    pooled(1000);
  }

  @Test
  @Tag("slow")
  void aHundredThousandPooledRunsLeaveNothing() throws Exception {
    pooled(100_000);
  }

  private void pooled(int runs) throws Exception {
    Program program =
        Program.of(Assembler.assemble(".module \"t\"\n.fn main r1\nconst r0, 5\nret r0\n.end\n"));
    Outcome expected = new Outcome.Returned(new Value.I64(5));
    for (int i = 0; i < 200; i++) {
      engine.run(program, "main", RunLimits.sandbox(), null, none(), null);
    }
    int files = ProcessFiles.open();
    long resident = ProcessFiles.residentOutsideOfHeap();
    for (int i = 0; i < runs; i++) {
      Outcome outcome = engine.run(program, "main", RunLimits.sandbox(), null, none(), null);
      assertThat(outcome).isEqualTo(expected);
    }
    assertThat(ProcessFiles.open()).isLessThanOrEqualTo(files);
    assertThat(ProcessFiles.residentOutsideOfHeap() - resident).isLessThan(48L << 20);
  }
}

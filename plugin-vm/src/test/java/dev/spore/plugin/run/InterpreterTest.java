package dev.spore.plugin.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.policy.HostRegistry;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class InterpreterTest {
  private static final Capabilities NONE =
      new LiveCapabilities(new Policy(Map.of()), new HostRegistry());

  private final List<String> steps = new ArrayList<>();

  private Outcome run(String text, RunLimits limits) {
    return Interpreter.run(
        Program.of(Assembler.assemble(".module \"m\"\n" + text)),
        "main",
        limits,
        NONE,
        (function, pc, register, value, call, error) ->
            steps.add(function + "." + pc + (error == null ? "" : " " + error)));
  }

  private static String function(String header, String... lines) {
    return ".fn " + header + "\n" + String.join("\n", lines) + "\n.end\n";
  }

  private static void assertFailed(Outcome outcome, String message) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.failure()).hasMessage(message));
  }

  private static RunLimits limits(
      @Nullable Long instructions, @Nullable Long depth, @Nullable Long registers, long memory) {
    return new RunLimits(instructions, depth, registers, null, memory);
  }

  @Test
  void tellsOfACallAfterItsCallee() {
    Outcome outcome =
        run(
            function("main r2", "const r0, 5", "call r1, twice, r0", "ret r1")
                + function("twice r2 arity=1", "add r1, r0, r0", "ret r1"),
            RunLimits.sandbox());
    assertThat(outcome).isEqualTo(new Outcome.Returned(new Value.I64(10)));
    assertThat(steps).containsExactly("0.0", "1.0", "1.1", "0.1", "0.2");
  }

  @Test
  void recursesAsDeepAsItsLimitsAndNoFurther() {
    String forever = function("main r1", "call r0, main", "ret r0");
    assertFailed(
        run(forever, limits(null, null, null, 16L << 20)),
        "resource limit exceeded: memory exceeded max 16777216 bytes");
    assertThat(steps).hasSizeGreaterThan(100_000);
    assertFailed(
        run(forever, limits(null, 3L, null, 16L << 20)),
        "resource limit exceeded: call depth exceeded max 3");
    assertFailed(
        run(forever, limits(null, 0L, null, 16L << 20)),
        "resource limit exceeded: call depth exceeded max 0");
  }

  @Test
  void countsInstructionsWhenTheyStart() {
    String loop = function("main r1", "jump 0", "ret r0");
    assertFailed(
        run(loop, limits(2L, null, null, 1L << 20)),
        "resource limit exceeded: instruction budget exceeded max 2");
    assertThat(steps)
        .containsExactly(
            "0.0", "0.0", "0.0 resource limit exceeded: instruction budget exceeded max 2");
  }

  @Test
  void refusesFramesTooLargeBeforeTheyTakeMemory() {
    String huge = function("main r18446744073709551615", "ret r0");
    assertFailed(
        run(huge, limits(null, null, null, Long.MAX_VALUE)),
        "resource limit exceeded: memory exceeded max "
            + PluginLimits.RUN_MEMORY_BYTES_MAX
            + " bytes");
    assertFailed(
        run(huge, RunLimits.sandbox()),
        "resource limit exceeded: function main uses 18446744073709551615 registers, max is 1024");
    assertThat(steps).isEmpty();
  }

  @Test
  void stopsArraysThatDouble() {
    String doubling = function("main r1", "array_new r0, r0, r0", "jump 0", "ret r0");
    assertFailed(
        run(doubling, limits(null, null, null, 64L << 20)),
        "resource limit exceeded: memory exceeded max 67108864 bytes");
    assertThat(steps).hasSizeLessThan(50);
    String nesting = function("main r1", "array_new r0, r0", "jump 0", "ret r0");
    assertFailed(
        run(nesting, limits(null, null, null, 64L << 20)),
        "resource limit exceeded: array nesting exceeded max 500");
  }

  @Test
  void givesMemoryBackWithItsFrame() {
    String text =
        function("f r3", "array_new r0, r1, r1, r1, r1, r1, r1, r1, r1", "ret r1")
            + function(
                "main r3",
                "const r0, 1",
                "const r1, 200000",
                "call r2, f",
                "sub r1, r1, r0",
                "jump_if r1, 2",
                "ret r1");
    assertThat(run(text, limits(null, null, null, 1024)))
        .isEqualTo(new Outcome.Returned(new Value.I64(0)));
  }

  @Test
  void failsWhereIntegersDoNotDivide() {
    String text =
        function(
            "main r3",
            "const r0, -9223372036854775808",
            "const r1, -1",
            "div r2, r0, r1",
            "ret r2");
    assertFailed(run(text, RunLimits.sandbox()), "runtime error: integer overflow");
    assertFailed(
        run(
            function("main r3", "const r0, \"x\"", "const r1, -0.0", "div r2, r0, r1", "ret r2"),
            RunLimits.sandbox()),
        "runtime error: division by zero");
  }

  @Test
  void leavesNoStepWhereCodeEnds() {
    assertFailed(
        run(function("main r1", "const r0, 1"), limits(1L, null, null, 1024)),
        "runtime error: function main ended without ret");
    assertThat(steps).containsExactly("0.0");
  }

  @Test
  void copiesArraysWhenTheyChange() {
    String text =
        function(
            "main r4",
            "const r0, 0",
            "array_new r1, r0",
            "move r2, r1",
            "const r3, 7",
            "array_set r1, r0, r3",
            "array_get r3, r2, r0",
            "ret r3");
    assertThat(run(text, RunLimits.sandbox())).isEqualTo(new Outcome.Returned(new Value.I64(0)));
  }

  @Test
  void namesTheEntryThatIsMissing() {
    Program program =
        Program.of(Assembler.assemble(".module \"m\"\n" + function("main r1", "ret r0")));
    assertFailed(
        Interpreter.run(program, "other", RunLimits.sandbox(), NONE, null),
        "runtime error: missing entry export other");
  }
}

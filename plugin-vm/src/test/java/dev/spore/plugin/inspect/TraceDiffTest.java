package dev.spore.plugin.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.Traces;
import org.junit.jupiter.api.Test;

final class TraceDiffTest {
  private static TraceFile loop(int rounds) {
    return TraceFile.of(Traces.of(Traces.LOOP.formatted(rounds), RunLimits.sandbox()));
  }

  @Test
  void findsNoDifferenceWhereThereIsNone() {
    assertThat(TraceDiff.of(loop(5), loop(5)).isSame()).isTrue();
    assertThat(TraceDiff.of(loop(5), loop(5)).text()).isEqualTo("traces are the same\n");
  }

  @Test
  void findsTheFirstDifference() {
    TraceDiff diff = TraceDiff.of(loop(5), loop(6));
    assertThat(diff.isSame()).isFalse();
    assertThat(diff.index()).isEqualTo(2);
    assertThat(diff.lines()).anyMatch(line -> line.startsWith("result: I64(5) -> I64(6)"));
    assertThat(diff.text()).contains("first difference at event 2\nleft:  main pc=2");
  }
}

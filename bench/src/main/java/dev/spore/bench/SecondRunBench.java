package dev.spore.bench;

import java.io.IOException;
import java.io.PrintStream;

/** How long {@code spore run} takes when it need not boot. */
final class SecondRunBench {
  private static final int RUNS = 10;
  private static final double LIMIT_MILLIS = 1500;
  private static final String SECOND = "second spore run -- /bin/true";

  private final Setup setup;
  private final Bars bars;
  private final Figures figures = new Figures();

  SecondRunBench(Setup setup, Bars bars) {
    this.setup = setup;
    this.bars = bars;
  }

  void run(PrintStream out) throws IOException, InterruptedException {
    SporeRun.again(setup);
    for (int i = 0; i < RUNS; i++) {
      figures.add(SECOND, SporeRun.again(setup).wallMillis());
    }
    Table table = new Table("Warm start");
    table.row(
        SECOND, "ms", figures.of(SECOND), "from shell to shell, JVM and guest's exit included");
    table.print(out);
    bars.atMost(SECOND, figures.median(SECOND), LIMIT_MILLIS, "ms");
  }
}

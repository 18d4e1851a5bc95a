package dev.spore.bench;

import dev.spore.vmm.snapshot.Directories;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.snapshot.SporeFork;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How long children of a spore take to make, in a running JVM.
 *
 * <p>All are kept until the end: for a minute after files were deleted, ext4 looks at each of their
 * inodes whenever it needs one for a new file, and a fork would be charged for the last one's end.
 */
final class ForkBench {
  private static final int RUNS = 5;
  private static final int WARM_UPS = 5;
  private static final int MANY = 1000;
  private static final double ONE_MILLIS = 20;
  private static final double MANY_MILLIS = 500;

  private final Setup setup;
  private final Bars bars;
  private final Figures figures = new Figures();

  ForkBench(Setup setup, Bars bars) {
    this.setup = setup;
    this.bars = bars;
  }

  void run(Path spore, PrintStream out) throws IOException {
    Path families = Files.createDirectory(setup.scratch().resolve("families"));
    for (int i = 0; i < WARM_UPS + RUNS; i++) {
      for (int children : new int[] {1, MANY}) {
        double millis = millis(spore, children, families.resolve(i + "-" + children));
        if (i >= WARM_UPS) {
          figures.add(name(children), millis);
        }
      }
    }
    Directories.delete(families);
    Table table = new Table("Offline fork, in a running JVM");
    String inside =
        "spore opened and proven, chunks linked, children written, all synced; nothing was deleted"
            + " before";
    table.row(name(1), "ms", figures.of(name(1)), inside);
    table.row(name(MANY), "ms", figures.of(name(MANY)), inside);
    table.print(out);
    bars.atMost("offline fork of 1 child", figures.median(name(1)), ONE_MILLIS, "ms");
    bars.atMost("offline fork of 1000 children", figures.median(name(MANY)), MANY_MILLIS, "ms");
  }

  private static String name(int children) {
    return "children: " + children;
  }

  private static double millis(Path spore, int children, Path out) {
    long before = System.nanoTime();
    SporeFork.fork(Spore.open(spore), children, out);
    return (System.nanoTime() - before) / 1e6;
  }
}

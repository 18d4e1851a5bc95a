package dev.spore.bench;

import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineEvent;
import dev.spore.vmm.RestoreSpec;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.ExecSpec;
import dev.spore.vmm.ram.BackingStore;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How long until a saved machine runs on, from each source of its memory. */
final class RestoreBench {
  private static final int RUNS = 10;

  /** Enough that the JVM runs the way it does in a program that restores machines all day. */
  private static final int WARM_UPS = 25;

  static final int SMALL_MIB = SaveBench.SMALL_MIB;
  static final int LARGE_MIB = 1024;
  static final int LARGE_FILL_MIB = 64;

  /** Its spore has some 120 MiB to read. */
  static final int EAGER_MIB = SaveBench.WHOLE_MIB;

  private static final List<RestoreMode> QUICK = List.of(RestoreMode.BACKING, RestoreMode.LAZY);
  private static final double FIRST_RUN_MILLIS = 15;
  private static final double SIZE_RATIO = 1.5;
  private static final double EAGER_RATE = 1.5;
  private static final double VMM_SHARE = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String EAGER = "eager, non-zero chunks";
  private static final String SHARE = "VMM code of a restored /bin/true";

  private final Bars bars;
  private final BackingStore backings;
  private final Path scratch;
  private final Figures figures = new Figures();

  RestoreBench(Setup setup, Bars bars) {
    this.bars = bars;
    this.scratch = setup.scratch();
    this.backings = BackingStore.in(setup.scratch().resolve("backings"));
  }

  void run(Machines machines, PrintStream out) throws IOException, InterruptedException {
    for (int mib : new int[] {SMALL_MIB, LARGE_MIB}) {
      Path spore = machines.spore(mib);
      spec(spore, RestoreMode.BACKING).buildBacking();
      for (int i = 0; i < WARM_UPS + RUNS; i++) {
        for (RestoreMode mode : QUICK) {
          double millis = firstRunMillis(spore, mode);
          if (i >= WARM_UPS) {
            figures.add(name(mode, mib), millis);
          }
        }
      }
    }
    eager(machines.spore(EAGER_MIB));
    for (int i = 0; i < RUNS; i++) {
      share(machines.spore(LARGE_MIB));
    }
    table().print(out);
    hold();
  }

  private static String name(RestoreMode mode, int mib) {
    return "%s, %d MiB".formatted(mode.name().toLowerCase(Locale.ROOT), mib);
  }

  private Table table() {
    Table table = new Table("Restore: request to first KVM_RUN, in a running JVM");
    for (RestoreMode mode : QUICK) {
      for (int mib : new int[] {SMALL_MIB, LARGE_MIB}) {
        table.row(
            name(mode, mib),
            "ms",
            figures.of(name(mode, mib)),
            "spore opened, manifest and index proven, memory mapped, state set and read back; %d"
                    .formatted(WARM_UPS)
                + " restores of each kind before");
      }
    }
    table.row(
        EAGER,
        "GB/s",
        figures.of(EAGER),
        "bytes of chunks that are not zero by the whole time to the first KVM_RUN, on all"
            + " processors; files in the page cache");
    table.row(
        SHARE,
        "%",
        figures.of(SHARE),
        "vCPU thread outside KVM_RUN by the time from the request to the end of /bin/true");
    return table;
  }

  private void hold() {
    for (RestoreMode mode : QUICK) {
      double large = figures.median(name(mode, LARGE_MIB));
      String what = "restore to first KVM_RUN, " + name(mode, LARGE_MIB);
      bars.atMost(what, large, FIRST_RUN_MILLIS, "ms");
      double ratio = large / figures.median(name(mode, SMALL_MIB));
      bars.atMost("  by that of %d MiB".formatted(SMALL_MIB), ratio, SIZE_RATIO, "times");
    }
    bars.atLeast("eager restore of non-zero chunks", figures.median(EAGER), EAGER_RATE, "GB/s");
    bars.atMost(SHARE, figures.median(SHARE), VMM_SHARE, "%");
  }

  private RestoreSpec spec(Path spore, RestoreMode mode) {
    return new RestoreSpec(Spore.open(spore), scratch, mode, Optional.of(backings));
  }

  private double firstRunMillis(Path spore, RestoreMode mode) {
    CompletableFuture<Long> firstRun = new CompletableFuture<>();
    long before = System.nanoTime();
    try (Machine _ = restore(spore, mode, firstRun)) {
      return (firstRun.join() - before) / 1e6;
    }
  }

  private void eager(Path spore) {
    double bytes = Spore.open(spore).manifest().memory().dataChunks() * (double) (2 << 20);
    for (int i = 0; i < WARM_UPS + RUNS; i++) {
      double millis = firstRunMillis(spore, RestoreMode.EAGER);
      if (i >= WARM_UPS) {
        figures.add(EAGER, bytes / millis / 1e6);
      }
    }
  }

  private void share(Path spore) throws InterruptedException {
    long before = System.nanoTime();
    try (Machine machine = restore(spore, RestoreMode.BACKING, new CompletableFuture<>());
        AgentClient agent = machine.agent(PATIENCE)) {
      agent.exec(ExecSpec.of("/bin/true")).await();
      long wall = System.nanoTime() - before;
      figures.add(SHARE, 100.0 * machine.metrics().outsideNanos() / wall);
    }
  }

  private Machine restore(Path spore, RestoreMode mode, CompletableFuture<Long> firstRun) {
    return Machine.restore(
        spec(spore, mode),
        event -> {
          if (event instanceof MachineEvent.FirstRun run) {
            firstRun.complete(run.nanoTime());
          }
        });
  }
}

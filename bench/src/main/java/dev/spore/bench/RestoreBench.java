package dev.spore.bench;

import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineEvent;
import dev.spore.vmm.RestoreSpec;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.ExecSpec;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** How long until a saved machine runs on. */
final class RestoreBench {
  private static final int RUNS = 10;
  private static final int WARM_UPS = 3;
  private static final int SMALL_MIB = 128;
  private static final int LARGE_MIB = 1024;
  private static final int FILL_MIB = 64;
  private static final double SECOND_RUN_MILLIS = 1500;
  private static final double VMM_SHARE = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String SECOND = "second spore run -- /bin/true";
  private static final String SHARE = "  of it in VMM code";

  private final Setup setup;
  private final Bars bars;
  private final Figures figures = new Figures();

  RestoreBench(Setup setup, Bars bars) {
    this.setup = setup;
    this.bars = bars;
  }

  void run(PrintStream out) throws IOException, InterruptedException {
    Table table = new Table("Restore");
    for (int mib : new int[] {SMALL_MIB, LARGE_MIB}) {
      Path spore = saved(mib);
      for (int i = 0; i < WARM_UPS + RUNS; i++) {
        double millis = firstRunMillis(spore);
        if (i >= WARM_UPS) {
          figures.add("restore " + mib, millis);
        }
      }
      share(spore);
      table.row(
          "request to first KVM_RUN, %d MiB".formatted(mib),
          "ms",
          figures.of("restore " + mib),
          "spore opened, manifest and index proven, RAM had, state set and read back, %d MiB of it"
                  .formatted(FILL_MIB)
              + " random; in a running JVM");
    }
    SporeRun.again(setup);
    for (int i = 0; i < RUNS; i++) {
      figures.add(SECOND, SporeRun.again(setup).wallMillis());
    }
    table.row(
        SECOND, "ms", figures.of(SECOND), "from shell to shell, JVM and guest's exit included");
    table.row(
        SHARE,
        "%",
        figures.of(SHARE),
        "vCPU thread outside KVM_RUN by the time from the request to the end of /bin/true");
    table.print(out);
    bars.atMost(SECOND, figures.median(SECOND), SECOND_RUN_MILLIS, "ms");
    bars.atMost("VMM code in a second run", figures.median(SHARE), VMM_SHARE, "%");
  }

  private Path saved(int mib) throws IOException, InterruptedException {
    Path spore = setup.scratch().resolve("restore-" + mib);
    try (WarmMachine machine = WarmMachine.boot(setup, mib)) {
      SaveBench.dirtying(setup, machine, FILL_MIB, 0);
      machine.machine().save(new SaveSpec(spore, Map.of(), false));
    }
    return spore;
  }

  private double firstRunMillis(Path spore) {
    CompletableFuture<Long> firstRun = new CompletableFuture<>();
    long before = System.nanoTime();
    Machine machine = restore(spore, firstRun);
    try (machine) {
      return (firstRun.join() - before) / 1e6;
    }
  }

  private void share(Path spore) throws InterruptedException {
    long before = System.nanoTime();
    try (Machine machine = restore(spore, new CompletableFuture<>());
        AgentClient agent = machine.agent(PATIENCE)) {
      agent.exec(ExecSpec.of("/bin/true")).await();
      long wall = System.nanoTime() - before;
      figures.add(SHARE, 100.0 * machine.metrics().outsideNanos() / wall);
    }
  }

  private Machine restore(Path spore, CompletableFuture<Long> firstRun) {
    return Machine.restore(
        new RestoreSpec(Spore.open(spore), setup.scratch()),
        event -> {
          if (event instanceof MachineEvent.FirstRun run) {
            firstRun.complete(run.nanoTime());
          }
        });
  }
}

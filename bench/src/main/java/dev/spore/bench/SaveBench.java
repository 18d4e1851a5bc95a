package dev.spore.bench;

import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.snapshot.Directories;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** How long a guest stands still while it is saved, and what the save costs. */
final class SaveBench {
  private static final int RUNS = 9;

  /** Saves of a JVM that has not hashed yet: not what the bars are about. */
  private static final int WARM_UPS = 2;

  private static final int DIRTY_MIB = 32;
  static final int SMALL_MIB = 128;
  static final int LARGE_MIB = 2048;
  static final int WHOLE_MIB = 512;

  /** With what a booted guest has of its own, some 120 MiB that are not zero. */
  static final int WHOLE_FILL_MIB = 88;

  private static final double PAUSE_MILLIS = 60;
  private static final double PAUSE_RATIO = 1.5;
  private static final double WHOLE_MILLIS = 1000;
  private static final double DISK_RATIO = 1.1;

  private final Setup setup;
  private final Bars bars;
  private final Figures figures = new Figures();

  SaveBench(Setup setup, Bars bars) {
    this.setup = setup;
    this.bars = bars;
  }

  void run(Machines machines, PrintStream out) throws IOException, InterruptedException {
    whole(machines.running(WHOLE_MIB));
    machines.whileDirtying(
        SMALL_MIB, DIRTY_MIB, () -> pauses(machines.running(SMALL_MIB), SMALL_MIB));
    machines.whileDirtying(
        LARGE_MIB, DIRTY_MIB, () -> pauses(machines.running(LARGE_MIB), LARGE_MIB));
    table().print(out);
    double small = figures.median(pause(SMALL_MIB));
    double large = figures.median(pause(LARGE_MIB));
    bars.atMost("save pause with 32 MiB dirty, 128 MiB guest", small, PAUSE_MILLIS, "ms");
    bars.atMost("save pause with 32 MiB dirty, 2 GiB guest", large, PAUSE_MILLIS, "ms");
    bars.atMost("save pause, 2 GiB by 128 MiB guest", large / small, PAUSE_RATIO, "times");
    bars.atMost("whole save of 512 MiB", figures.median("whole"), WHOLE_MILLIS, "ms");
    bars.atMost("disk of a save by its new chunks", figures.median("disk"), DISK_RATIO, "times");
  }

  private Table table() {
    String inside =
        "vCPUs stopped, devices at rest, state and latest pages copied, all let go; the guest"
            + " rewrites %d MiB every 20 ms".formatted(DIRTY_MIB);
    Table table = new Table("Save of a running machine");
    for (int mib : new int[] {SMALL_MIB, LARGE_MIB}) {
      table.row("pause, %d MiB guest".formatted(mib), "ms", figures.of(pause(mib)), inside);
      table.row(
          "  copied meanwhile", "MiB", figures.of(copied(mib)), "guest pages written since sealed");
    }
    table.row(
        "whole save, %d MiB guest".formatted(WHOLE_MIB),
        "ms",
        figures.of("whole"),
        "from the request to the published spore, everything hashed, written and synced");
    table.row("  of it not zero", "MiB", figures.of("data"), "chunks with data");
    table.row(
        "  files / new chunks",
        "times",
        figures.of("disk"),
        "bytes of all files of the spore by the bytes of its chunks");
    return table;
  }

  private static String pause(int mib) {
    return "pause " + mib;
  }

  private static String copied(int mib) {
    return "copied " + mib;
  }

  private void pauses(WarmMachine machine, int mib) throws IOException, InterruptedException {
    for (int i = 0; i < RUNS; i++) {
      Path spore = setup.scratch().resolve("pause");
      SaveReport report = save(machine, spore);
      figures.add(pause(mib), report.pauseNanos() / 1e6);
      figures.add(copied(mib), report.copiedBytes() / 1048576.0);
      Directories.delete(spore);
    }
  }

  private void whole(WarmMachine machine) throws IOException, InterruptedException {
    for (int i = 0; i < WARM_UPS + RUNS; i++) {
      Path spore = setup.scratch().resolve("whole");
      SaveReport report = save(machine, spore);
      if (i >= WARM_UPS) {
        figures.add("whole", report.totalNanos() / 1e6);
        figures.add("data", report.dataChunks() * 2.0);
        figures.add("disk", (double) fileBytes(spore) / report.addedBytes());
      }
      // Nothing of it is there to be linked: the next save is a whole one too.
      Directories.delete(spore);
    }
  }

  private static SaveReport save(WarmMachine machine, Path spore) throws InterruptedException {
    return machine.machine().save(new SaveSpec(spore, Map.of(), true));
  }

  private static long fileBytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}

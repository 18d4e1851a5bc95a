package dev.spore.bench;

import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.agent.ExecSession;
import dev.spore.vmm.agent.ExecSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** How long a guest stands still while it is saved, and what the save costs. */
final class SaveBench {
  private static final int RUNS = 5;
  private static final int DIRTY_MIB = 32;
  private static final int SMALL_MIB = 128;
  private static final int LARGE_MIB = 2048;
  private static final int WHOLE_MIB = 512;

  /** With what a booted guest has of its own, some 120 MiB that are not zero. */
  private static final int WHOLE_FILL_MIB = 88;

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

  void run(PrintStream out) throws IOException, InterruptedException {
    pauses(SMALL_MIB);
    pauses(LARGE_MIB);
    whole();
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
    table.print(out);
    double small = figures.median(pause(SMALL_MIB));
    double large = figures.median(pause(LARGE_MIB));
    bars.atMost("save pause with %d MiB dirty".formatted(DIRTY_MIB), small, PAUSE_MILLIS, "ms");
    bars.atMost("save pause, 2 GiB by 128 MiB guest", large / small, PAUSE_RATIO, "times");
    bars.atMost("whole save of 512 MiB", figures.median("whole"), WHOLE_MILLIS, "ms");
    bars.atMost("disk of a save by its new chunks", figures.median("disk"), DISK_RATIO, "times");
  }

  private static String pause(int mib) {
    return "pause " + mib;
  }

  private static String copied(int mib) {
    return "copied " + mib;
  }

  private void pauses(int mib) throws IOException, InterruptedException {
    try (WarmMachine machine = WarmMachine.boot(setup, mib)) {
      dirtying(setup, machine, 1, DIRTY_MIB);
      for (int i = 0; i < RUNS; i++) {
        SaveReport report = save(machine, "pause-%d-%d".formatted(mib, i));
        figures.add(pause(mib), report.pauseNanos() / 1e6);
        figures.add(copied(mib), report.copiedBytes() / 1048576.0);
      }
    }
  }

  private void whole() throws IOException, InterruptedException {
    try (WarmMachine machine = WarmMachine.boot(setup, WHOLE_MIB)) {
      dirtying(setup, machine, WHOLE_FILL_MIB, 0);
      for (int i = 0; i < RUNS; i++) {
        String name = "whole-" + i;
        SaveReport report = save(machine, name);
        figures.add("whole", report.totalNanos() / 1e6);
        figures.add("data", report.dataChunks() * 2.0);
        figures.add(
            "disk", (double) fileBytes(setup.scratch().resolve(name)) / report.addedBytes());
      }
    }
  }

  private SaveReport save(WarmMachine machine, String name) throws InterruptedException {
    return machine.machine().save(new SaveSpec(setup.scratch().resolve(name), Map.of(), true));
  }

  private static long fileBytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /** Starts {@code dirty} in the guest and waits until it has touched all of its memory. */
  static void dirtying(Setup setup, WarmMachine machine, int fillMib, int dirtyMib)
      throws IOException, InterruptedException {
    Path program = GuestProgram.compile(setup, "dirty.c");
    machine.feed(Files.readAllBytes(program), "cat > /tmp/dirty && chmod 755 /tmp/dirty");
    ExecSession session =
        machine.exec(
            ExecSpec.of("/tmp/dirty", Integer.toString(fillMib), Integer.toString(dirtyMib)));
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(session.stdout(), StandardCharsets.UTF_8));
    if (!"ready".equals(lines.readLine())) {
      throw new IllegalStateException("the program that writes guest memory has ended");
    }
  }
}

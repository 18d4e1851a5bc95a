package dev.spore.bench;

import java.io.IOException;
import java.io.PrintStream;

/** How long until the guest's first instruction, for Spore and for QEMU. */
final class StartBench {
  private static final int RUNS = 10;
  private static final int RUNS_STRACE = 5;
  private static final double LIMIT_MILLIS = 300;
  private static final double LIMIT_QEMU_TIMES = 3;

  private static final String SPORE = "spore run";
  private static final String SHELL = "  of it: fork, exec, shell";
  private static final String LAUNCHER = "  of it: launcher and JVM, to main";
  private static final String MONITOR = "  of it: main to KVM_RUN";
  private static final String QEMU = "qemu -M microvm, KVM";
  private static final String SPORE_STRACE = "spore run, under strace";
  private static final String QEMU_STRACE = "qemu, KVM, under strace";

  private final Setup setup;
  private final Bars bars;
  private final Figures figures = new Figures();

  StartBench(Setup setup, Bars bars) {
    this.setup = setup;
    this.bars = bars;
  }

  void run(PrintStream out) throws IOException, InterruptedException {
    SporeRun.start(setup);
    for (int i = 0; i < RUNS; i++) {
      addSpore(SporeRun.start(setup));
      if (setup.qemu().isPresent()) {
        figures.add(QEMU, new QemuRun(setup, setup.qemu().get()).startMillis());
      }
    }
    for (int i = 0; i < RUNS_STRACE && setup.strace().isPresent(); i++) {
      Strace strace = new Strace(setup, setup.strace().get());
      figures.add(SPORE_STRACE, strace.sporeMillis());
      if (setup.qemu().isPresent()) {
        figures.add(QEMU_STRACE, strace.qemuMillis(new QemuRun(setup, setup.qemu().get())));
      }
    }
    table().print(out);
    hold();
  }

  private void addSpore(SporeRun run) {
    figures.add(SPORE, run.fromStart("first_run_ms"));
    figures.add(SHELL, run.shellMillis());
    figures.add(LAUNCHER, run.at("main_ms"));
    figures.add(MONITOR, run.at("first_run_ms") - run.at("main_ms"));
  }

  private Table table() {
    String whole =
        "from before the launcher's process is made: shell, launcher script, JVM, arguments, KVM"
            + " probe and set-up, kernel and initrd into RAM; files in the page cache, AOT cache"
            + " there; %d MiB, 1 vCPU".formatted(Setup.MEMORY_MIB);
    Table table = new Table("CLI start -> first KVM_RUN");
    table.row(SPORE, "ms", figures.of(SPORE), whole);
    for (String part : new String[] {SHELL, LAUNCHER, MONITOR}) {
      table.row(part, "ms", figures.of(part), "by the program's own marks, to 1 ms");
    }
    if (setup.qemu().isPresent()) {
      table.row(
          QEMU,
          "ms",
          figures.of(QEMU),
          "from before QEMU's process is made, to the KVM_RUN in its own trace; the same kernel,"
              + " initrd and size, a virtio console, no vsock, entry by QEMU's firmware");
    }
    if (setup.strace().isPresent()) {
      String traced = "execve to KVM_RUN in strace -f --seccomp-bpf, whose overhead is in both";
      table.row(SPORE_STRACE, "ms", figures.of(SPORE_STRACE), traced);
      if (setup.qemu().isPresent()) {
        table.row(QEMU_STRACE, "ms", figures.of(QEMU_STRACE), traced);
      }
    }
    return table;
  }

  private void hold() {
    double spore = figures.median(SPORE);
    bars.atMost("CLI start to first KVM_RUN", spore, LIMIT_MILLIS, "ms");
    String ratio = "CLI start to first KVM_RUN, times QEMU's";
    if (setup.qemu().isPresent()) {
      bars.atMost(ratio, spore / figures.median(QEMU), LIMIT_QEMU_TIMES, "times");
    } else {
      bars.missing(ratio, "there is no QEMU");
    }
  }
}

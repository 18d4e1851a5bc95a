package dev.spore.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** How long until the agent answers, what the monitor's part of it is, and what it weighs. */
final class BootBench {
  private static final int RUNS = 3;
  private static final int RUNS_QEMU = 5;
  private static final double LIMIT_BOOT_SECONDS = 30;
  private static final double LIMIT_TCG_SECONDS = 1;
  private static final double LIMIT_SHARE_PERCENT = 3;
  private static final double LIMIT_MEMORY_MIB = 90;
  private static final double MIB = 1 << 20;

  private static final String BOOT = "CLI start -> agent ready";
  private static final String GUEST = "  of it: KVM_RUN -> agent ready";
  private static final String WHOLE = "whole spore run -- /bin/true";
  private static final String TCG = "qemu -M microvm, TCG, start -> agent up";
  private static final String EXEC = "exec of /bin/true by the CLI";
  private static final String VCPU_SHARE = "vCPU thread outside KVM_RUN";
  private static final String WHOLE_SHARE = "and all other threads";
  private static final String EXITS = "exits from KVM_RUN";
  private static final String MEMORY = "beyond guest RAM";
  private static final String FILES = "  of it: file-backed";
  private static final String GUEST_MEMORY = "guest RAM touched";

  private final Setup setup;
  private final Bars bars;
  private final Figures figures = new Figures();

  BootBench(Setup setup, Bars bars) {
    this.setup = setup;
    this.bars = bars;
  }

  /**
   * Measures and prints.
   *
   * @param boots of machines in this process
   */
  void run(PrintStream out, List<WarmMachine.Boot> boots) throws IOException, InterruptedException {
    for (int i = 0; i < RUNS; i++) {
      addSpore(SporeRun.whole(setup));
    }
    for (int i = 0; i < RUNS_QEMU && setup.qemu().isPresent(); i++) {
      double millis = new QemuRun(setup, setup.qemu().get()).readyMillis();
      figures.add(TCG, millis / 1000);
    }
    for (WarmMachine.Boot boot : boots) {
      figures.add(VCPU_SHARE, boot.vcpuShare());
      figures.add(WHOLE_SHARE, boot.wholeShare());
      figures.add(EXITS, (double) boot.exits());
    }
    printTimes(out);
    printShare(out);
    printMemory(out);
    hold();
  }

  private void addSpore(SporeRun run) {
    figures.add(BOOT, run.fromStart("agent_ready_ms") / 1000);
    figures.add(GUEST, (run.at("agent_ready_ms") - run.at("first_run_ms")) / 1000);
    figures.add(EXEC, (run.at("exited_ms") - run.at("exec_started_ms")) / 1000);
    figures.add(WHOLE, (run.endedMicros() - run.startedMicros()) / 1e6);
    Smaps memory = run.memory();
    if (memory == null) {
      throw new IllegalStateException("spore run ended without a ready event");
    }
    figures.add(MEMORY, memory.beyondGuestBytes() / MIB);
    figures.add(FILES, memory.fileBytes() / MIB);
    figures.add(GUEST_MEMORY, memory.guestBytes() / MIB);
  }

  private void printTimes(PrintStream out) {
    String marks =
        "a real ./spore run of %d MiB, 1 vCPU, by its own marks".formatted(Setup.MEMORY_MIB);
    Table table = new Table("Cold boot");
    table.row(BOOT, "s", figures.of(BOOT), marks + "; ready: the agent answered the handshake");
    table.row(GUEST, "s", figures.of(GUEST), marks);
    table.row(
        EXEC,
        "s",
        figures.of(EXEC),
        marks
            + "; specification sent to exit status received,"
            + " the first process of the machine");
    table.row(WHOLE, "s", figures.of(WHOLE), "process made to its output closed");
    if (setup.qemu().isPresent()) {
      table.row(
          TCG,
          "s",
          figures.of(TCG),
          "software emulation; process made to the agent's word on the console that its port is"
              + " open; the same kernel, initrd and size, none of the quirk profile's flags,"
              + " console instead of vsock");
    }
    table.print(out);
  }

  private void printShare(PrintStream out) {
    Table table = new Table("Share of the boot spent in the monitor's code");
    String wall = "of the time from first KVM_RUN to agent ready, machines in this process";
    table.row(VCPU_SHARE, "%", figures.of(VCPU_SHARE), wall);
    table.row(
        WHOLE_SHARE,
        "%",
        figures.of(WHOLE_SHARE),
        wall + "; with the processor time of devices, JIT, collector and this benchmark");
    table.row(EXITS, "", figures.of(EXITS), "whatever the reason");
    table.print(out);
  }

  private void printMemory(PrintStream out) {
    Table table = new Table("Resident memory of the spore process at agent ready");
    String source = "Rss in /proc/PID/smaps of the JVM that runs ./spore run";
    table.row(
        MEMORY,
        "MiB",
        figures.of(MEMORY),
        source + ", all mappings but guest RAM, shared libraries counted in full");
    table.row(
        FILES,
        "MiB",
        figures.of(FILES),
        source + ": libjvm, the JDK's image, jars, AOT cache; shared between processes");
    table.row(
        GUEST_MEMORY,
        "MiB",
        figures.of(GUEST_MEMORY),
        source + ": the mapping advised to use huge pages, so in steps of 2 MiB");
    table.print(out);
  }

  private void hold() {
    bars.atMost(
        "cold boot, CLI start to agent ready", figures.median(BOOT), LIMIT_BOOT_SECONDS, "s");
    String tcg = "the same kernel and initrd under QEMU TCG";
    if (setup.qemu().isPresent()) {
      bars.atMost(tcg, figures.median(TCG), LIMIT_TCG_SECONDS, "s");
    } else {
      bars.missing(tcg, "there is no QEMU");
    }
    bars.atMost(
        "VMM code during boot, all threads", figures.median(WHOLE_SHARE), LIMIT_SHARE_PERCENT, "%");
    bars.atMost("resident beyond guest RAM", figures.median(MEMORY), LIMIT_MEMORY_MIB, "MiB");
    bars.atMost("exec of /bin/true by the CLI", figures.median(EXEC), ExecBench.LIMIT_SECONDS, "s");
  }
}

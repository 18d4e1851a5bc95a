package dev.spore.bench;

import dev.spore.vmm.Machine;
import dev.spore.vmm.RestoreSpec;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.ExecSpec;
import dev.spore.vmm.ram.BackingStore;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What many machines of one spore cost a process that runs them side by side. */
final class FanoutBench {
  private static final int CHILDREN = 20;
  private static final double RESIDENT_MIB = 8;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Path ROLLUP = Path.of("/proc/self/smaps_rollup");

  private final Bars bars;
  private final Path scratch;
  private final Figures figures = new Figures();

  FanoutBench(Setup setup, Bars bars) {
    this.bars = bars;
    this.scratch = setup.scratch();
  }

  void run(Path spore, PrintStream out) throws IOException, InterruptedException {
    BackingStore backings = BackingStore.in(scratch.resolve("backings"));
    RestoreSpec spec =
        new RestoreSpec(Spore.open(spore), scratch, RestoreMode.BACKING, Optional.of(backings));
    spec.buildBacking();
    List<Machine> machines = new ArrayList<>();
    try {
      long before = anonymousBytes();
      long start = System.nanoTime();
      for (int i = 0; i < CHILDREN; i++) {
        machines.add(Machine.restore(spec, _ -> {}));
      }
      int answered = answering(machines);
      figures.add("wall", (System.nanoTime() - start) / 1e9);
      figures.add("answered", answered);
      figures.add("resident", (anonymousBytes() - before) / 1048576.0 / CHILDREN);
    } finally {
      machines.forEach(Machine::close);
    }
    Table table = new Table("Fan-out: %d machines of one spore in this JVM".formatted(CHILDREN));
    table.row("answered", "", figures.of("answered"), "agent resumed and ran /bin/true");
    table.row("until the last did", "s", figures.of("wall"), "all started at once");
    table.row(
        "resident, each",
        "MiB",
        figures.of("resident"),
        "what the process has that no file backs, after by before: pages of guest memory that"
            + " were written, stacks, native and Java heap");
    table.print(out);
    bars.atLeast("fan-out, machines that answer", figures.median("answered"), CHILDREN, "");
    bars.atMost("fan-out, memory of each", figures.median("resident"), RESIDENT_MIB, "MiB");
  }

  private static int answering(List<Machine> machines) throws InterruptedException {
    List<Future<Boolean>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      machines.forEach(machine -> answers.add(threads.submit(() -> answers(machine))));
    }
    int count = 0;
    for (Future<Boolean> answer : answers) {
      try {
        count += answer.get() ? 1 : 0;
      } catch (ExecutionException e) {
        System.err.println("bench: a machine does not answer: " + e.getCause());
      }
    }
    return count;
  }

  private static boolean answers(Machine machine) throws InterruptedException {
    try (AgentClient agent = machine.agent(PATIENCE)) {
      return agent.exec(ExecSpec.of("/bin/true")).await().exitStatus() == 0;
    }
  }

  /** {@code Anonymous} of proc_pid_smaps(5), with the garbage gone. */
  private static long anonymousBytes() throws IOException {
    System.gc();
    return Files.readAllLines(ROLLUP).stream()
        .filter(line -> line.startsWith("Anonymous:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }
}

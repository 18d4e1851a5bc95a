package dev.spore.bench;

import dev.spore.vmm.DiskSpec;
import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineEvent;
import dev.spore.vmm.MachineMetrics;
import dev.spore.vmm.MachineSpec;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.ExecResult;
import dev.spore.vmm.agent.ExecSession;
import dev.spore.vmm.agent.ExecSpec;
import dev.spore.vmm.quirk.Quirk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A machine in this process whose agent answers, and what its boot took. */
final class WarmMachine implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Machine machine;
  private final AgentClient agent;
  private final Boot boot;

  /**
   * One boot, first KVM_RUN to the agent's answer.
   *
   * @param wallNanos elapsed
   * @param outsideNanos of it the vCPU thread spent in the monitor's code
   * @param othersNanos processor time of all other threads of the process meanwhile
   * @param exits how often the vCPU came out of KVM_RUN
   */
  record Boot(long wallNanos, long outsideNanos, long othersNanos, long exits) {
    double vcpuShare() {
      return 100.0 * outsideNanos / wallNanos;
    }

    double wholeShare() {
      return 100.0 * (outsideNanos + othersNanos) / wallNanos;
    }
  }

  private WarmMachine(Machine machine, AgentClient agent, Boot boot) {
    this.machine = machine;
    this.agent = agent;
    this.boot = boot;
  }

  static WarmMachine boot(Setup setup, Optional<Path> disk)
      throws IOException, InterruptedException {
    return boot(setup, disk, Setup.MEMORY_MIB);
  }

  /** One without a disk and with memory of its own size. */
  static WarmMachine boot(Setup setup, int memoryMib) throws IOException, InterruptedException {
    return boot(setup, Optional.empty(), memoryMib);
  }

  private static WarmMachine boot(Setup setup, Optional<Path> disk, int memoryMib)
      throws IOException, InterruptedException {
    MachineSpec.Builder spec =
        MachineSpec.builder(setup.kernel())
            .initrd(setup.initrd())
            .memoryBytes((long) memoryMib << 20);
    disk.ifPresent(image -> spec.disk(new DiskSpec(image, false)));
    CompletableFuture<Long> firstRun = new CompletableFuture<>();
    Machine machine =
        Machine.boot(
            spec.build(),
            event -> {
              if (event instanceof MachineEvent.FirstRun run) {
                firstRun.complete(run.nanoTime());
              }
            });
    try {
      long othersBefore = OwnThreads.nanosBesideVcpus();
      AgentClient agent = machine.agent(PATIENCE);
      long ready = System.nanoTime();
      long others = OwnThreads.nanosBesideVcpus() - othersBefore;
      MachineMetrics metrics = machine.metrics();
      long exits = metrics.exits().values().stream().mapToLong(Long::longValue).sum();
      long wall = ready - firstRun.join();
      Boot boot = new Boot(wall, metrics.outsideNanos(), others, exits);
      return new WarmMachine(machine, agent, boot);
    } catch (IOException | InterruptedException | RuntimeException e) {
      machine.close();
      throw e;
    }
  }

  Boot boot() {
    return boot;
  }

  Machine machine() {
    return machine;
  }

  /** Whether guest kernel code runs a thousandth as fast as hardware would run it. */
  boolean interpretsKernel() {
    return machine.quirks().has(Quirk.INTERPRETED_KERNEL);
  }

  ExecSession exec(ExecSpec spec) {
    return agent.exec(spec);
  }

  /** What became of the machine, for messages. */
  String fate() {
    return machine.exit().isDone()
        ? "the machine has ended: " + machine.exit().join().describe() + machine.consoleTail()
        : "the machine runs";
  }

  /** Runs a command that must succeed; its standard output. */
  String output(String... argv) throws IOException, InterruptedException {
    ExecSession session = agent.exec(ExecSpec.of(argv));
    return finish(session, argv[0]);
  }

  /** Gives a shell line {@code input} as its standard input. */
  void feed(byte[] input, String line) throws IOException, InterruptedException {
    ExecSession session = agent.exec(ExecSpec.of("/bin/sh", "-c", line).withStdin());
    try (OutputStream stdin = session.stdin()) {
      stdin.write(input);
    }
    finish(session, line);
  }

  /** Reads a command's output to the end and waits for it to succeed. */
  static String finish(ExecSession session, String what) throws IOException, InterruptedException {
    String text;
    String errors;
    try (InputStream stdout = session.stdout();
        InputStream stderr = session.stderr()) {
      text = new String(stdout.readAllBytes(), StandardCharsets.UTF_8);
      errors = new String(stderr.readAllBytes(), StandardCharsets.UTF_8);
    }
    ExecResult result = session.await();
    if (result.exitStatus() != 0) {
      throw new IllegalStateException(
          "%s in the guest: status %d, %s".formatted(what, result.exitStatus(), errors.strip()));
    }
    return text;
  }

  @Override
  public void close() {
    machine.close();
  }
}

package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.GuestImages;
import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineSpec;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.ExecSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A booted machine whose agent has answered. */
final class Guest implements AutoCloseable {
  private final Machine machine;
  private final AgentClient agent;

  private Guest(Machine machine, AgentClient agent) {
    this.machine = machine;
    this.agent = agent;
  }

  /** A spec with Spore's own kernel and initrd. */
  static MachineSpec.Builder spec() {
    return MachineSpec.builder(GuestImages.kernel()).initrd(GuestImages.initrd());
  }

  static Guest boot(MachineSpec spec) throws InterruptedException {
    return of(Machine.boot(spec, event -> {}));
  }

  /** Waits for the agent of a machine, which is closed if that fails. */
  static Guest of(Machine machine) throws InterruptedException {
    boolean booted = false;
    try {
      Guest guest = new Guest(machine, machine.agent(Patience.BOOT));
      booted = true;
      return guest;
    } finally {
      if (!booted) {
        machine.close();
      }
    }
  }

  Machine machine() {
    return machine;
  }

  AgentClient agent() {
    return agent;
  }

  Running start(ExecSpec spec) {
    return new Running(agent.exec(spec));
  }

  Ran run(String... argv) throws Exception {
    return start(ExecSpec.of(argv)).await();
  }

  Ran run(ExecSpec spec) throws Exception {
    return start(spec).await();
  }

  /** Runs a line in the guest's shell. */
  Ran sh(String line) throws Exception {
    return run("/bin/sh", "-c", line);
  }

  /** Runs a command that reads {@code input}; one that stops reading it early is no failure. */
  Ran run(ExecSpec spec, byte[] input) throws Exception {
    Running running = start(spec.withStdin());
    Thread.ofVirtual()
        .start(() -> {
          try (OutputStream stdin = running.session().stdin()) {
            stdin.write(input);
          } catch (IOException e) {
            System.getLogger("dev.spore.vmm.e2e")
                .log(System.Logger.Level.DEBUG, "the command did not read it all", e);
          }
        });
    return running.await();
  }

  /** Puts a static program of the host's into the guest. */
  String install(Path program) throws Exception {
    String path = "/tmp/" + program.getFileName();
    Ran copied =
        run(
            ExecSpec.of("/bin/sh", "-c", "cat > " + path + " && chmod 755 " + path),
            Files.readAllBytes(program));
    assertThat(copied.status()).as(copied.err()).isZero();
    return path;
  }

  /** The kernel found nothing wrong with itself so far. */
  void assertKernelHealthy() throws Exception {
    Ran log = run("/bin/busybox", "dmesg");
    assertThat(log.out()).as(log.err()).contains("Linux version");
    assertThat(log.out().lines().filter(Guest::isComplaint)).isEmpty();
  }

  private static boolean isComplaint(String line) {
    return List.of("BUG", "WARNING", "Oops", "Call Trace", "soft lockup", "rcu: INFO", "I/O error")
        .stream()
        .anyMatch(line::contains);
  }

  @Override
  public void close() {
    agent.close();
    machine.close();
  }
}

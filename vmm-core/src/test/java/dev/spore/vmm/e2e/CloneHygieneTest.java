package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.manifest.AgentIdentity;
import dev.spore.format.manifest.GuestImages;
import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.Machine;
import dev.spore.vmm.RestoreSpec;
import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.ExecSpec;
import dev.spore.vmm.snapshot.Spore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** No process of a copy runs before the copy has random numbers and a time of its own. */
@RequiresGuest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CloneHygieneTest {
  private final Path directory;
  private final Guest source;

  CloneHygieneTest(@TempDir Path directory) throws Exception {
    this.directory = directory;
    source = Guest.boot(Guest.spec().memoryBytes(64L << 20).build());
    source.install(GuestPrograms.compile("secrets", directory));
  }

  @AfterAll
  void close() {
    source.close();
  }

  private SaveReport save(Guest guest, String name, boolean goesOn) throws Exception {
    return guest.machine().save(new SaveSpec(directory.resolve(name), Map.of(), goesOn));
  }

  private Guest restore(String name) throws Exception {
    RestoreSpec spec =
        new RestoreSpec(Spore.open(directory.resolve(name)), directory.resolve("scratch"));
    return Guest.of(Machine.restore(spec, event -> {}));
  }

  /** A line of the program's: number, random bytes, time. */
  private static List<String[]> lines(Guest guest) throws Exception {
    String text = guest.sh("cat /tmp/secrets.log").out();
    List<String[]> lines = new ArrayList<>();
    // The last one may be half written.
    text.substring(0, text.lastIndexOf('\n') + 1)
        .lines()
        .forEach(line -> lines.add(line.split(" ")));
    return lines;
  }

  private static long count(Guest guest) throws Exception {
    return Long.parseLong(guest.sh("cat /tmp/count").out().strip());
  }

  private static void awaitMoreThan(long count, Guest guest) throws Exception {
    while (count(guest) <= count) {
      Thread.onSpinWait();
    }
  }

  /** One word of each line but the first ones; no two are the same. */
  private static Set<String> column(List<String[]> lines, int from, int column) {
    Set<String> values = new HashSet<>();
    for (String[] line : lines.subList(from, lines.size())) {
      assertThat(values.add(line[column])).as("%s again", (Object) line[column]).isTrue();
    }
    return values;
  }

  @Test
  void copiesOfABusyMachineShareNothingThatCameAfterTheSave() throws Exception {
    source.sh("setsid /tmp/secrets /tmp/secrets.log /tmp/count > /dev/null 2>&1 &");
    source.sh("until [ -s /tmp/count ]; do sleep 1; done");
    SaveReport report = save(source, "busy", true);
    assertThat(report.freezeNanos()).isPositive();
    awaitMoreThan(count(source) + 10, source);

    List<List<String[]>> copies = new ArrayList<>();
    List<Instant> begins = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      begins.add(Instant.now());
      try (Guest copy = restore("busy")) {
        awaitMoreThan(count(copy) + 10, copy);
        copies.add(lines(copy));
        copy.assertKernelHealthy();
      }
    }
    copies.add(lines(source));

    int common = 0;
    while (copies.stream().map(List::size).noneMatch(((Integer) common)::equals)
        && same(copies, common)) {
      common++;
    }
    assertThat(common).as("lines from before the save").isPositive();
    Set<String> random = new HashSet<>();
    for (List<String[]> lines : copies) {
      // The bytes of the first line may have been drawn before the save.
      assertThat(lines).as("it went on").hasSizeGreaterThan(common + 5);
      Set<String> own = column(lines, common + 1, 1);
      assertThat(random).doesNotContainAnyElementsOf(own);
      random.addAll(own);
    }
    for (int i = 0; i < 2; i++) {
      assertThat(seconds(copies.get(i).get(common + 1)[2]))
          .isGreaterThanOrEqualTo(begins.get(i).getEpochSecond());
    }
  }

  private static boolean same(List<List<String[]>> copies, int line) {
    return copies.stream().map(lines -> String.join(" ", lines.get(line))).distinct().count() == 1;
  }

  private static long seconds(String time) {
    return Long.parseLong(time.substring(0, time.indexOf('.')));
  }

  @Test
  void stoppedProcessesStayStoppedAndPausedGroupsPaused() throws Exception {
    String paused = "/sys/fs/cgroup/paused";
    source.sh("mkdir " + paused);
    source.sh("sleep 1000 & echo $! > /tmp/stopped; kill -STOP $!");
    source.sh(
        "sleep 1001 & echo $! > /tmp/paused; echo $! > %s/cgroup.procs; echo 1 > %s/cgroup.freeze"
            .formatted(paused, paused));
    // One that a program of the guest has put where nothing can be held.
    source.sh("sleep 1002 & echo $! > /tmp/stray; echo $! > /sys/fs/cgroup/cgroup.procs");
    save(source, "stopped", true);
    try (Guest copy = restore("stopped")) {
      for (Guest guest : List.of(source, copy)) {
        assertThat(guest.sh("cut -d' ' -f3 /proc/$(cat /tmp/stopped)/stat").out()).isEqualTo("T\n");
        assertThat(guest.sh("cat " + paused + "/cgroup.freeze").out()).isEqualTo("1\n");
        assertThat(guest.sh("cat /sys/fs/cgroup/spore/cgroup.freeze").out()).isEqualTo("0\n");
        assertThat(guest.sh("cat /proc/$(cat /tmp/stray)/cgroup").out()).isEqualTo("0::/spore\n");
      }
    } finally {
      source.sh(
          "echo 0 > %s/cgroup.freeze; kill -9 $(cat /tmp/paused /tmp/stopped /tmp/stray)"
              .formatted(paused));
    }
  }

  @Test
  void processesThatForkWithoutEndAreHeldToo() throws Exception {
    Running forks = source.start(ExecSpec.of("/bin/sh", "-c", "echo on; while :; do (:); done"));
    forks.awaitOutput("on");
    for (int i = 0; i < 3; i++) {
      assertThat(save(source, "forks-" + i, true).freezeNanos()).isPositive();
    }
    forks.session().signal(9);
    assertThat(forks.await().status()).isEqualTo(137);
    try (Guest copy = restore("forks-2")) {
      assertThat(copy.sh("echo well").out()).isEqualTo("well\n");
      copy.assertKernelHealthy();
    }
  }

  @Test
  void aCopyThatCannotBecomeItselfIsNotUsedHoweverOftenItIsAskedFor() throws Exception {
    // Where its names are to be written is no directory.
    source.sh("rm -rf /run/spore; echo > /run/spore");
    save(source, "unable", true);
    source.sh("rm /run/spore");
    RestoreSpec spec =
        new RestoreSpec(Spore.open(directory.resolve("unable")), directory.resolve("scratch"));
    try (Machine copy = Machine.restore(spec, event -> {})) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> onceFree(copy))
            .hasMessageContaining("set the machine id: Not a directory")
            .isInstanceOfSatisfying(
                SporeException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.RUNTIME_START_FAILED));
      }
    }
  }

  /** The agent may see the end of one connection after the beginning of the next. */
  private static void onceFree(Machine machine) throws InterruptedException {
    while (true) {
      try (AgentClient client = machine.agent(Patience.BOOT)) {
        throw new AssertionError("a guest that is nobody can be used: " + client.info());
      } catch (SporeException e) {
        if (!String.valueOf(e.getMessage()).contains("another connection")) {
          throw e;
        }
      }
    }
  }

  @Test
  void aSporeSaysWhichAgentIsInIt() throws Exception {
    save(source, "agent", true);
    GuestImages images = Spore.open(directory.resolve("agent")).manifest().images();
    AgentIdentity agent = Objects.requireNonNull(images.agent());
    assertThat(agent.protocol()).isEqualTo(AgentClient.PROTOCOL_VERSION);
    assertThat(agent.file().sizeBytes())
        .isLessThan(Objects.requireNonNull(images.initrd()).sizeBytes());
    try (Guest copy = restore("agent")) {
      save(copy, "again", true);
    }
    assertThat(Spore.open(directory.resolve("again")).manifest().images()).isEqualTo(images);
  }

  @Test
  void aSaveThatFailsLetsTheProcessesGoOn() throws Exception {
    Running command =
        source.start(ExecSpec.of("/bin/sh", "-c", "echo on; read x; echo $x").withStdin());
    command.awaitOutput("on");
    assertThatThrownBy(() -> save(source, "no/such", true)).isInstanceOf(SporeException.class);
    command.type("still here\n");
    assertThat(command.await().out()).isEqualTo("on\nstill here\n");
  }
}

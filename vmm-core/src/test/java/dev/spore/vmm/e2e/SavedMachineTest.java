package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.DiskSpec;
import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineExit;
import dev.spore.vmm.RestoreSpec;
import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.ram.BackingStore;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Spore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A machine restored is the machine that was saved, not one that was booted again. */
@RequiresGuest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SavedMachineTest {
  private static final long MEMORY_BYTES = 64L << 20;
  private static final int DISK_BYTES = 8 << 20;

  private final Path directory;
  private final Guest source;
  private final SaveReport report;

  SavedMachineTest(@TempDir Path directory) throws Exception {
    this.directory = directory;
    Path disk = directory.resolve("disk.img");
    Files.write(disk, new byte[DISK_BYTES]);
    source =
        Guest.boot(Guest.spec().memoryBytes(MEMORY_BYTES).disk(new DiskSpec(disk, false)).build());
    source.sh("printf before > /dev/vda; sync");
    source.sh("echo nonce-4711 > /tmp/nonce; (while :; do echo t >> /tmp/ticks; sleep 1; done) &");
    report = source.machine().save(new SaveSpec(spore(), Map.of("made-by", "a test"), true));
  }

  @AfterAll
  void close() {
    source.close();
  }

  private Path spore() {
    return directory.resolve("base.spore");
  }

  private RestoreSpec from(RestoreMode mode) {
    return new RestoreSpec(
        Spore.open(spore()),
        directory.resolve("scratch"),
        mode,
        Optional.of(BackingStore.in(directory.resolve("backings"))));
  }

  private Guest restore(Path spore) throws Exception {
    return Guest.of(
        Machine.restore(
            new RestoreSpec(Spore.open(spore), directory.resolve("scratch")), event -> {}));
  }

  @ParameterizedTest
  @EnumSource
  void memoryAndProcessesAreThoseOfTheSavedMachine(RestoreMode mode) throws Exception {
    RestoreSpec spec = from(mode);
    if (mode == RestoreMode.BACKING) {
      spec.buildBacking();
    }
    try (Guest guest = Guest.of(Machine.restore(spec, event -> {}))) {
      assertThat(guest.sh("cat /tmp/nonce").out()).isEqualTo("nonce-4711\n");
      int before = ticks(guest);
      assertThat(guest.sh("sleep 3").status()).isZero();
      assertThat(ticks(guest)).isGreaterThan(before);
      guest.assertKernelHealthy();
    }
  }

  @Test
  void aMachineWhoseMemoryIsDamagedEndsNamingTheFile() throws Exception {
    Path chunk;
    try (Stream<Path> files = Files.walk(spore().resolve("chunks"))) {
      chunk =
          files
              .filter(file -> file.getFileName().toString().length() == 64)
              .findAny()
              .orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(chunk);
    bytes[99] ^= 1;
    Files.write(chunk, bytes);
    try {
      assertThat(endOfLazyMachine()).hasMessageContaining(chunk.toString());
    } finally {
      bytes[99] ^= 1;
      Files.write(chunk, bytes);
    }
  }

  /** A chunk that holds a device's rings is missed before the guest runs, any other one later. */
  private SporeException endOfLazyMachine() {
    try (Machine machine = Machine.restore(from(RestoreMode.LAZY), event -> {})) {
      assertThat(machine.memorySource()).isEqualTo("lazy (asked for)");
      MachineExit exit = machine.exit().join();
      assertThat(exit).isInstanceOf(MachineExit.MemoryLost.class);
      return ((MachineExit.MemoryLost) exit).reason();
    } catch (SporeException atStart) {
      return atStart;
    }
  }

  private static int ticks(Guest guest) throws Exception {
    return Integer.parseInt(guest.sh("wc -l < /tmp/ticks").out().strip());
  }

  @Test
  void sourceRunsOnUninfluenced() throws Exception {
    try (Guest guest = restore(spore())) {
      guest.sh("echo other > /tmp/nonce");
      assertThat(source.sh("cat /tmp/nonce").out()).isEqualTo("nonce-4711\n");
    }
  }

  @Test
  void diskIsThatOfTheSaveToo() throws Exception {
    source.sh("printf behind > /dev/vda; sync");
    try (Guest guest = restore(spore())) {
      assertThat(guest.sh("head -c 6 /dev/vda").out()).isEqualTo("before");
      guest.sh("printf others > /dev/vda; sync");
      assertThat(guest.sh("head -c 6 /dev/vda").out()).isEqualTo("others");
    }
    assertThat(source.sh("head -c 6 /dev/vda").out()).isEqualTo("behind");
    try (Guest guest = restore(spore())) {
      assertThat(guest.sh("head -c 6 /dev/vda").out()).isEqualTo("before");
    }
  }

  @Test
  void twoCopiesShareNoIdentity() throws Exception {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      try (Guest guest = restore(spore())) {
        for (String line :
            List.of(
                "hostname", "cat /etc/machine-id", "head -c 16 /dev/urandom | od -x | head -1")) {
          assertThat(seen.add(guest.sh(line).out())).as(line).isTrue();
        }
      }
    }
  }

  @Test
  void savedAgainAndAgainItIsStillTheSame() throws Exception {
    Path last = spore();
    for (int generation = 1; generation <= 3; generation++) {
      try (Guest guest = restore(last)) {
        guest.sh("echo %d >> /tmp/generations".formatted(generation));
        last = directory.resolve("generation-" + generation);
        guest.machine().save(new SaveSpec(last, Map.of(), false));
      }
    }
    assertThat(Spore.open(last).manifest().generation().number()).isEqualTo(3);
    try (Guest guest = restore(last)) {
      assertThat(guest.sh("cat /tmp/generations").out()).isEqualTo("1\n2\n3\n");
      assertThat(guest.sh("cat /tmp/nonce").out()).isEqualTo("nonce-4711\n");
    }
  }

  /** Each later save looks at what was written since the last one, or since the restore, alone. */
  @ParameterizedTest
  @EnumSource
  void nothingIsLostFromSaveToSaveOfOneMachine(RestoreMode mode) throws Exception {
    RestoreSpec spec = from(mode);
    if (mode == RestoreMode.BACKING) {
      spec.buildBacking();
    }
    Path second = directory.resolve("second-" + mode);
    try (Guest guest = Guest.of(Machine.restore(spec, event -> {}))) {
      for (int i = 0; i < 3; i++) {
        Path first = directory.resolve("%s-%d".formatted(mode, i));
        guest.sh("echo %d >> /tmp/saves".formatted(i));
        guest.machine().save(new SaveSpec(first, Map.of(), true, i != 1));
      }
      guest.sh("echo last >> /tmp/saves");
      guest.machine().save(new SaveSpec(second, Map.of(), false));
    }
    try (Guest guest = restore(second)) {
      assertThat(guest.sh("cat /tmp/saves").out()).isEqualTo("0\n1\n2\nlast\n");
      assertThat(guest.sh("cat /tmp/nonce").out()).isEqualTo("nonce-4711\n");
      guest.assertKernelHealthy();
    }
  }

  @Test
  void reportSaysWhatWasDone() throws Exception {
    Spore spore = Spore.open(spore());
    assertThat(report.id()).isEqualTo(spore.id());
    assertThat(spore.manifest().annotations()).containsExactly(Map.entry("made-by", "a test"));
    assertThat(report.dataChunks()).isEqualTo(spore.manifest().memory().dataChunks());
    // One chunk of disk, the others of RAM.
    assertThat(report.addedBytes()).isEqualTo(((report.addedChunks() - 1) << 21) + (64 << 10));
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).noneMatch(p -> String.valueOf(p.getFileName()).contains("partial"));
    }
  }
}

package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.Machine;
import dev.spore.vmm.MachineExit;
import dev.spore.vmm.RestoreSpec;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.ram.BackingStore;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Spore;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What others do to the file that a machine has mapped as its memory, while it runs. */
@RequiresGuest
@ExtendWith(SavedGuest.Shared.class)
final class BackingUnderMachineTest {
  private final SavedGuest saved;

  @TempDir Path directory;

  BackingUnderMachineTest(SavedGuest saved) {
    this.saved = saved;
  }

  private RestoreSpec spec(RestoreMode mode) {
    return new RestoreSpec(
        Spore.open(saved.spore()),
        directory.resolve("scratch"),
        mode,
        Optional.of(BackingStore.in(directory.resolve("backings"))));
  }

  /** On a backing that nobody else uses. */
  private Machine restore() {
    RestoreSpec spec = spec(RestoreMode.BACKING);
    spec.buildBacking();
    return Machine.restore(spec, event -> {});
  }

  private Path file() throws Exception {
    try (Stream<Path> files = Files.list(directory.resolve("backings"))) {
      return files.filter(file -> file.toString().endsWith(".ram")).findFirst().orElseThrow();
    }
  }

  private RandomAccessFile writable() throws Exception {
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
    return new RandomAccessFile(file().toFile(), "rw");
  }

  private void assertEndsFor(Machine machine) throws Exception {
    MachineExit exit = machine.exit().get(Patience.COMMAND.toSeconds(), TimeUnit.SECONDS);
    assertThat(exit).as(exit.describe()).isInstanceOf(MachineExit.MemoryLost.class);
    SporeException reason = ((MachineExit.MemoryLost) exit).reason();
    assertThat(reason.code()).isEqualTo(ErrorCode.CACHE_INTEGRITY_FAILED);
    assertThat(reason).hasMessageContaining(file().toString());
    assertThatThrownBy(() -> machine.save(new SaveSpec(directory.resolve("never"), Map.of(), true)))
        .isInstanceOf(SporeException.class);
    assertThat(directory.resolve("never")).doesNotExist();
  }

  @Test
  void aMachineWhoseMemoryIsCutOffEndsAndNothingElseDoes() throws Exception {
    try (Machine machine = restore()) {
      try (RandomAccessFile file = writable()) {
        file.setLength(0);
      }
      assertEndsFor(machine);
    }
    // This process goes on, and so does the spore.
    try (Guest again = Guest.of(Machine.restore(spec(RestoreMode.AUTO), event -> {}))) {
      assertThat(again.machine().memorySource()).contains("backing-size-mismatch");
      assertThat(again.sh("echo well").out()).isEqualTo("well\n");
    }
  }

  @Test
  void aMachineWhoseMemoryIsWrittenToEnds() throws Exception {
    try (Machine machine = restore()) {
      try (RandomAccessFile file = writable()) {
        file.seek(file.length() - 1);
        file.write(1);
      }
      assertEndsFor(machine);
    }
  }

  @Test
  void aMachineWhoseBackingLosesItsNameOrIsReplacedRunsOn() throws Exception {
    try (Guest guest = Guest.of(restore())) {
      Path moved = Files.move(file(), directory.resolve("moved"));
      assertThat(guest.sh("echo moved").out()).isEqualTo("moved\n");
      spec(RestoreMode.BACKING).buildBacking();
      assertThat(guest.sh("echo replaced").out()).isEqualTo("replaced\n");
      Files.delete(moved);
      assertThat(guest.sh("sleep 1; echo deleted").out()).isEqualTo("deleted\n");
      guest.assertKernelHealthy();
    }
  }
}

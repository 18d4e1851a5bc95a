package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.SaveReport;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Directories;
import dev.spore.vmm.snapshot.Spore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Saved and restored over and over, a machine is still the one that was booted. */
@RequiresGuest
@ExtendWith(SavedGuest.Shared.class)
final class GenerationsTest {
  private static final List<RestoreMode> MODES =
      List.of(RestoreMode.EAGER, RestoreMode.LAZY, RestoreMode.BACKING);

  private final SavedGuest saved;

  @TempDir Path directory;

  GenerationsTest(SavedGuest saved) {
    this.saved = saved;
  }

  @Test
  void fiftyGenerationsOnProcessesStillRun() throws Exception {
    assertRunsAfter(50, 5);
  }

  /** A look takes longer than the rest of a generation. */
  @Test
  @Tag("slow")
  void andDoInEachOfThem() throws Exception {
    assertRunsAfter(50, 1);
  }

  private void assertRunsAfter(int generations, int lookEvery) throws Exception {
    Path last = saved.spore();
    Witness before = new Witness(SavedGuest.NONCE, List.of(0L), 0);
    for (int number = 1; number <= generations; number++) {
      RestoreMode mode = MODES.get(number % MODES.size());
      Path next = directory.resolve("generation-" + number);
      SaveReport report;
      try (Guest guest = saved.restore(last, mode)) {
        if (number % lookEvery == 0) {
          Witness now = Witness.look(guest, SavedGuest.WITNESS, 1);
          now.assertWentOnSince(before);
          before = now;
        }
        report = guest.machine().save(new SaveSpec(next, Map.of(), number % 2 == 0));
      }
      assertThat(Spore.open(next).manifest().generation().number()).isEqualTo(number);
      assertThat(addedBytes(last, next))
          .as("disk for %d new chunks, generation %d", report.addedChunks(), number)
          .isLessThanOrEqualTo(report.addedBytes() + report.addedBytes() / 10);
      deleteAllBut(next, last);
      last = next;
    }
  }

  private void deleteAllBut(Path next, Path last) throws IOException {
    if (last.startsWith(directory)) {
      Directories.delete(last);
    }
    if (Files.exists(saved.backings())) {
      Directories.delete(saved.backings());
    }
    assertThat(directory.toFile().list()).containsExactly(String.valueOf(next.getFileName()));
  }

  /** What {@code next} takes of the disk beyond what {@code last} does; a link takes nothing. */
  private static long addedBytes(Path last, Path next) throws Exception {
    String usage = HostCommand.run("du", "-s", "-B1", last.toString(), next.toString());
    return Long.parseLong(usage.lines().skip(1).findFirst().orElseThrow().split("\t", -1)[0]);
  }
}

package dev.spore.vmm.e2e;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.SaveSpec;
import dev.spore.vmm.ram.RestoreMode;
import dev.spore.vmm.snapshot.Directories;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Saved while programs keep both vCPUs busy, a machine and its copy go on as if nothing was. */
@RequiresGuest
@ExtendWith(SavedGuest.Shared.class)
final class LoadedSavesTest {
  private static final String BUSY = "/tmp/busy";

  /**
   * Some 20 ms of each 30: without the pause, a guest whose kernel is interpreted on a host that is
   * busy itself would come to nothing but timer interrupts.
   */
  private static final int STEPS = 60_000_000;

  private static final int PAUSE_MILLIS = 10;

  private final SavedGuest saved;

  @TempDir Path directory;

  LoadedSavesTest(SavedGuest saved) {
    this.saved = saved;
  }

  @Test
  void vectorRegistersAndClocksOfBothProcessorsSurviveSaves() throws Exception {
    assertSurvive(5);
  }

  @Test
  @Tag("slow")
  void andTwentyOfThem() throws Exception {
    assertSurvive(20);
  }

  private void assertSurvive(int saves) throws Exception {
    try (Guest source = saved.restore(saved.spore(), RestoreMode.EAGER)) {
      saved.startWitness(source, BUSY, 2, PAUSE_MILLIS, STEPS);
      Witness before = Witness.look(source, BUSY, 1);
      for (int i = 0; i < saves; i++) {
        Path spore = directory.resolve("save-" + i);
        source.machine().save(new SaveSpec(spore, Map.of(), true));
        try (Guest copy = saved.restore(spore, i % 2 == 0 ? RestoreMode.EAGER : RestoreMode.LAZY)) {
          Witness.look(copy, BUSY, 3).assertWentOnSince(before);
        }
        Directories.delete(spore);
      }
      Witness after = Witness.look(source, BUSY, 3);
      after.assertWentOnSince(before);
      source.assertKernelHealthy();
    }
  }
}

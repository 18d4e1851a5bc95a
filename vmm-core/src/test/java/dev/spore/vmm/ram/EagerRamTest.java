package dev.spore.vmm.ram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.boot.RamLayout;
import dev.spore.vmm.boot.RamLayout.Region;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EagerRamTest {
  @TempDir Path directory;

  private static RestoredRam eager(RamImage image) {
    return new RamRestore(image, Optional.empty(), Optional.empty(), List.of(), failure -> {})
        .run(RestoreMode.EAGER);
  }

  @Test
  void allOfItIsThereRegionByRegion() {
    SavedRam saved = new SavedRam(directory, SavedRam.TWO_REGIONS);
    try (RestoredRam restored = eager(saved.image)) {
      assertThat(restored.source()).isEqualTo(RamSource.EAGER);
      assertThat(restored.workingSet()).isEmpty();
      saved.assertSameAs(restored.ram().memory());
    }
  }

  @Test
  void aChunkThatIsDamagedIsNamedAndNothingIsRestored() {
    SavedRam saved = new SavedRam(directory, SavedRam.TWO_REGIONS);
    saved.corrupt(4);
    assertRefused(saved, saved.file(4));
  }

  @Test
  void aChunkThatIsMissingIsNamed() throws Exception {
    SavedRam saved = new SavedRam(directory, SavedRam.TWO_REGIONS);
    Files.delete(saved.file(0));
    assertRefused(saved, saved.file(0));
  }

  @Test
  void aChunkThatIsShortIsNamed() throws Exception {
    SavedRam saved = new SavedRam(directory, SavedRam.TWO_REGIONS);
    Files.write(saved.file(7), new byte[SavedRam.CHUNK - 1]);
    assertRefused(saved, saved.file(7));
  }

  private static void assertRefused(SavedRam saved, Path file) {
    assertThatThrownBy(() -> eager(saved.image))
        .hasMessageContaining(file.toString())
        .asInstanceOf(InstanceOfAssertFactories.type(SporeException.class))
        .extracting(SporeException::code)
        .isEqualTo(ErrorCode.OBJECT_INVALID);
  }

  @Test
  void anIndexOfOtherRamIsRefused() {
    SavedRam saved = new SavedRam(directory, SavedRam.TWO_REGIONS);
    RamLayout larger = new RamLayout(List.of(new Region(0, 9L * SavedRam.CHUNK)));
    RamImage image = saved.image;
    assertThatThrownBy(() ->
            new RamImage(larger, image.index(), image.digest(), 6, image.chunks(), image.places()))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining("memory.index");
  }

  @Test
  void anInterruptEndsItAndIsKept() {
    SavedRam saved = new SavedRam(directory, SavedRam.TWO_REGIONS);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> eager(saved.image))
        .asInstanceOf(InstanceOfAssertFactories.type(SporeException.class))
        .extracting(SporeException::code)
        .isEqualTo(ErrorCode.OPERATION_CANCELED);
    assertThat(Thread.interrupted()).isTrue();
  }
}

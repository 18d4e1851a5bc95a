package dev.spore.vmm.ram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.ChunkStore;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Chunks that nobody reads, for a backing holds their bytes, are found when they are damaged. */
final class ChunkWitnessTest {
  @TempDir Path directory;
  private final AtomicInteger reads = new AtomicInteger();
  private SavedRam saved;
  private RamImage image;
  private BackingStore store;
  private Path cache;

  @BeforeEach
  void save() {
    saved = new SavedRam(directory.resolve("chunks"), SavedRam.TWO_REGIONS);
    image = counting(saved.store);
    cache = directory.resolve("cache");
    store = BackingStore.in(cache);
    store.build(image);
  }

  /** The same RAM, in a store that may be another. */
  private RamImage counting(ChunkStore chunks) {
    return new RamImage(
        saved.layout,
        saved.image.index(),
        saved.image.digest(),
        saved.image.dataChunks(),
        (id, target) -> {
          reads.incrementAndGet();
          chunks.read(id, target);
        },
        Optional.of(chunks::path));
  }

  /** Restores it from the backing; how many chunks were read for that. */
  private int readsOf(RamImage from, RestoreMode mode) {
    reads.set(0);
    try (RestoredRam restored =
        new RamRestore(from, Optional.of(store), Optional.empty(), List.of(), failure -> {})
            .run(mode)) {
      assertThat(restored.source()).isEqualTo(RamSource.BACKING);
      saved.assertSameAs(restored.ram().memory());
    }
    return reads.get();
  }

  private void assertRefused(RamImage from, Path file, RestoreMode mode) {
    assertThatThrownBy(() -> readsOf(from, mode))
        .hasMessageContaining(file.toString())
        .asInstanceOf(InstanceOfAssertFactories.type(SporeException.class))
        .extracting(SporeException::code)
        .isEqualTo(ErrorCode.OBJECT_INVALID);
  }

  /** Until the files' last change is long enough ago for anybody to tell the next one from it. */
  private void settle(RamImage from) throws InterruptedException {
    while (readsOf(from, RestoreMode.BACKING) != 0) {
      TimeUnit.MILLISECONDS.sleep(ChunkWitness.SETTLED_AFTER.toMillis());
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 0x10);
    }
  }

  private List<Path> witnesses() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(file -> file.toString().endsWith(".chunks")).toList();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "LAZY")
  void aByteThatIsFlippedIsFoundAndUnflippedForgiven(RestoreMode mode) throws Exception {
    flip(saved.file(4), 0);
    assertRefused(image, saved.file(4), mode);
    flip(saved.file(4), 0);
    settle(image);
    flip(saved.file(0), SavedRam.CHUNK - 1);
    assertRefused(image, saved.file(0), mode);
    assertRefused(image, saved.file(0), mode);
    flip(saved.file(0), SavedRam.CHUNK - 1);
    settle(image);
  }

  @Test
  void chunksThatNothingHappenedToAreNotReadAgain() throws Exception {
    settle(image);
    assertThat(readsOf(image, RestoreMode.AUTO)).isZero();
    assertThat(witnesses()).hasSize(1);
  }

  @Test
  void whatWasSetBackToItsOldTimeIsFound() throws Exception {
    settle(image);
    FileTime modified = Files.getLastModifiedTime(saved.file(1));
    flip(saved.file(1), 77);
    Files.setLastModifiedTime(saved.file(1), modified);
    assertRefused(image, saved.file(1), RestoreMode.BACKING);
  }

  @Test
  void aMissingAShortAndALinkedFileAreFound() throws Exception {
    settle(image);
    Path file = saved.file(3);
    byte[] whole = Files.readAllBytes(file);
    Files.delete(file);
    assertRefused(image, file, RestoreMode.AUTO);
    Files.write(file, new byte[4096]);
    assertRefused(image, file, RestoreMode.AUTO);
    Path away = Files.write(directory.resolve("away"), whole);
    Files.delete(file);
    Files.createSymbolicLink(file, away);
    assertRefused(image, file, RestoreMode.AUTO);
  }

  @Test
  void anotherNameForAChunkHasThemReadOnceMore() throws Exception {
    settle(image);
    Files.createLink(directory.resolve("name"), saved.file(0));
    assertThat(readsOf(image, RestoreMode.BACKING)).isEqualTo((int) image.dataChunks());
    settle(image);
  }

  @Test
  void aCopyIsProvenForItself() throws Exception {
    settle(image);
    SavedRam copied = new SavedRam(directory.resolve("copy"), SavedRam.TWO_REGIONS);
    RamImage copy = counting(copied.store);
    assertThat(readsOf(copy, RestoreMode.BACKING)).isEqualTo((int) image.dataChunks());
    settle(copy);
    assertThat(readsOf(image, RestoreMode.BACKING)).isZero();
    flip(copied.file(4), 1_000_000);
    assertRefused(copy, copied.file(4), RestoreMode.AUTO);
    assertThat(readsOf(image, RestoreMode.BACKING)).isZero();
  }

  @Test
  void whereNobodyAsksForThemChunksDoNotMatter() throws Exception {
    flip(saved.file(4), 9);
    RamImage kept =
        new RamImage(
            saved.layout,
            saved.image.index(),
            saved.image.digest(),
            saved.image.dataChunks(),
            image.chunks(),
            Optional.empty());
    assertThat(readsOf(kept, RestoreMode.AUTO)).isZero();
    assertThat(witnesses()).isEmpty();
  }

  @Test
  void whatIsRememberedIsBoundedAndGoesWithTheBacking() throws Exception {
    for (int i = 0; i < RamLimits.WITNESSES_MAX + 5; i++) {
      Path old = Files.createFile(cache.resolve("%s.%d.chunks".formatted(image.digest().hex(), i)));
      Files.setLastModifiedTime(old, FileTime.fromMillis(i));
    }
    settle(image);
    assertThat(witnesses()).hasSize(RamLimits.WITNESSES_MAX);
    assertThat(readsOf(image, RestoreMode.BACKING)).isZero();
    assertThat(store.remove(image.digest())).isTrue();
    assertThat(witnesses()).isEmpty();
  }
}

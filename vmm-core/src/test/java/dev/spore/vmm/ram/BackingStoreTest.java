package dev.spore.vmm.ram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.hint.BackingVerdict;
import dev.spore.format.hint.PageRange;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BackingStoreTest {
  @TempDir Path directory;
  private SavedRam saved;
  private BackingStore store;
  private Path cache;

  @BeforeEach
  void save() {
    saved = new SavedRam(directory.resolve("chunks"), SavedRam.TWO_REGIONS);
    cache = directory.resolve("cache/backings");
    store = BackingStore.in(cache);
  }

  private BackingVerdict verdict() {
    BackingStore.Found found = store.open(saved.image.digest(), saved.image.sizeBytes());
    found.file().ifPresent(file -> file.close());
    assertThat(found.file().isPresent()).isEqualTo(found.verdict() == BackingVerdict.PROOF_VALID);
    return found.verdict();
  }

  private Path ram() {
    return store.ram(saved.image.digest());
  }

  private Path proof() {
    return store.proof(saved.image.digest());
  }

  @Test
  void whatAMachineUsesIsNotRemovedAndTheRestLeavesNothing() {
    store.build(saved.image);
    assertThat(store.list()).extracting(BackingStore.Stored::inUse).containsExactly(false);
    try (RestoredRam running = restore(RestoreMode.BACKING)) {
      assertThat(running.source()).isEqualTo(RamSource.BACKING);
      assertThat(store.list()).extracting(BackingStore.Stored::inUse).containsExactly(true);
      assertThat(store.remove(saved.image.digest())).isFalse();
      assertThat(verdict()).isEqualTo(BackingVerdict.PROOF_VALID);
    }
    assertThat(store.remove(saved.image.digest())).isTrue();
    assertThat(store.list()).isEmpty();
    assertThat(proof()).doesNotExist();
    assertThat(verdict()).isEqualTo(BackingVerdict.NO_BACKING);
  }

  private RestoredRam restore(RestoreMode mode) {
    return new RamRestore(
            saved.image, Optional.of(store), Optional.empty(), List.of(), failure -> {})
        .run(mode);
  }

  @Test
  void whatIsBuiltIsProvenAndHoldsTheRam() throws Exception {
    assertThat(verdict()).isEqualTo(BackingVerdict.NO_BACKING);
    store.build(saved.image);
    assertThat(verdict()).isEqualTo(BackingVerdict.PROOF_VALID);
    try (RestoredRam restored = restore(RestoreMode.AUTO)) {
      assertThat(restored.source()).isEqualTo(RamSource.BACKING);
      assertThat(restored.reason()).isEqualTo("proof-valid");
      saved.assertSameAs(restored.ram().memory());
    }
    assertThat(Files.getPosixFilePermissions(ram()))
        .isEqualTo(PosixFilePermissions.fromString("r--------"));
    try (Stream<Path> files = Files.list(cache)) {
      assertThat(files.filter(file -> !file.toString().endsWith(".chunks"))).hasSize(4);
    }
  }

  @Test
  void zeroChunksAreHoles() throws Exception {
    store.build(saved.image);
    assertThat(allocatedBytes())
        .isLessThanOrEqualTo(saved.image.dataChunks() * SavedRam.CHUNK + SavedRam.CHUNK / 2);
  }

  private long allocatedBytes() throws Exception {
    Process du = new ProcessBuilder("du", "--block-size=1", ram().toString()).start();
    String line = new String(du.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    return Long.parseLong(line.substring(0, line.indexOf('\t')));
  }

  @Test
  void twoMachinesOnOneBackingDoNotSeeEachOther() {
    store.build(saved.image);
    try (RestoredRam one = restore(RestoreMode.BACKING);
        RestoredRam other = restore(RestoreMode.BACKING)) {
      one.ram().memory().putU64(0, 1);
      other.ram().memory().putU64(4L << 30, 2);
      assertThat(other.ram().memory().u64(0))
          .isEqualTo(saved.content.get(ValueLayout.JAVA_LONG, 0));
      assertThat(one.ram().memory().u64(4L << 30)).isNotEqualTo(2);
    }
    assertThat(verdict()).isEqualTo(BackingVerdict.PROOF_VALID);
    try (RestoredRam later = restore(RestoreMode.BACKING)) {
      saved.assertSameAs(later.ram().memory());
    }
  }

  @Test
  void ofAMappedMachineIsKnownWhatItWroteAndWhatItTouched() {
    store.build(saved.image);
    try (RestoredRam restored = restore(RestoreMode.BACKING)) {
      assertThat(restored.changedChunks().isEmpty()).isTrue();
      assertThat(restored.ram().memory().u8(0)).isBetween(0, 255);
      restored.ram().memory().putU8((4L << 30) + SavedRam.CHUNK, 1);
      assertThat(restored.changedChunks().stream()).containsExactly(4);
      assertThat(restored.workingSet().orElseThrow().ranges())
          .containsExactly(new PageRange(0, 512), new PageRange(4 * 512, 512));
    }
  }

  @Test
  void aMachineKeepsItsRamWhenTheFileIsReplacedOrDeleted() throws Exception {
    store.build(saved.image);
    try (RestoredRam restored = restore(RestoreMode.BACKING)) {
      Files.delete(ram());
      store.build(saved.image);
      saved.assertSameAs(restored.ram().memory());
    }
  }

  @Test
  void aFileWithOneByteChangedIsNotUsed() throws Exception {
    store.build(saved.image);
    FileTime modified = Files.getLastModifiedTime(ram());
    Files.setPosixFilePermissions(ram(), PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel = FileChannel.open(ram(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1}), 4_000_000);
    }
    Files.setPosixFilePermissions(ram(), PosixFilePermissions.fromString("r--------"));
    Files.setLastModifiedTime(ram(), modified);
    assertRefused(BackingVerdict.PROOF_OTHER_FILE);
  }

  @Test
  void aTouchedFileIsNotUsed() throws Exception {
    store.build(saved.image);
    Files.setLastModifiedTime(ram(), FileTime.fromMillis(0));
    assertRefused(BackingVerdict.PROOF_OTHER_FILE);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 4096, 16_777_215, 16_777_217})
  void aFileOfAnotherSizeIsNotUsed(long sizeBytes) throws Exception {
    store.build(saved.image);
    Files.setPosixFilePermissions(ram(), PosixFilePermissions.fromString("rw-------"));
    try (RandomAccessFile file = new RandomAccessFile(ram().toFile(), "rw")) {
      file.setLength(sizeBytes);
    }
    assertRefused(BackingVerdict.BACKING_SIZE_MISMATCH);
  }

  @Test
  void aSymbolicLinkIsNotFollowed() throws Exception {
    store.build(saved.image);
    Path moved = Files.move(ram(), directory.resolve("elsewhere"));
    Files.createSymbolicLink(ram(), moved);
    assertRefused(BackingVerdict.BACKING_NOT_REGULAR);
  }

  @Test
  void aDirectoryIsNotUsed() throws Exception {
    Files.createDirectories(ram());
    assertThat(verdict()).isEqualTo(BackingVerdict.BACKING_NOT_REGULAR);
  }

  @Test
  void aCopyIsNotUsed() throws Exception {
    store.build(saved.image);
    Path copy = Files.copy(ram(), directory.resolve("copy"));
    Files.delete(ram());
    Files.move(copy, ram());
    assertRefused(BackingVerdict.PROOF_OTHER_FILE);
  }

  @Test
  void aFileOthersMayWriteIsNotUsed() throws Exception {
    store.build(saved.image);
    Files.setPosixFilePermissions(ram(), PosixFilePermissions.fromString("rw-rw----"));
    assertRefused(BackingVerdict.PROOF_OTHER_FILE);
  }

  @Test
  void withoutItsProofTheFileIsNotUsed() throws Exception {
    store.build(saved.image);
    Files.delete(proof());
    assertRefused(BackingVerdict.PROOF_UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 20, 90, 127})
  void aChangedProofProvesNothing(int at) throws Exception {
    store.build(saved.image);
    byte[] bytes = Files.readAllBytes(proof());
    bytes[at] ^= 4;
    Files.write(proof(), bytes);
    assertThat(verdict()).isIn(BackingVerdict.PROOF_INVALID, BackingVerdict.PROOF_MAC_MISMATCH);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 127, 129, 1 << 20})
  void aProofOfAnotherSizeIsNone(int bytes) throws Exception {
    store.build(saved.image);
    Files.write(proof(), new byte[bytes]);
    assertRefused(BackingVerdict.PROOF_INVALID);
  }

  @Test
  void aProofOfAnotherHostProvesNothing() throws Exception {
    store.build(saved.image);
    Files.write(cache.resolve("key"), new byte[32]);
    assertRefused(BackingVerdict.PROOF_MAC_MISMATCH);
  }

  @Test
  void aKeyOthersCanReadIsNone() throws Exception {
    store.build(saved.image);
    Files.setPosixFilePermissions(
        cache.resolve("key"), PosixFilePermissions.fromString("rw-r--r--"));
    assertRefused(BackingVerdict.KEY_UNAVAILABLE);
  }

  /** Not used, with that reason, until it is built anew. */
  private void assertRefused(BackingVerdict verdict) {
    assertThat(verdict()).isEqualTo(verdict);
    assertThatThrownBy(() -> restore(RestoreMode.BACKING))
        .hasMessageContaining(verdict.id())
        .asInstanceOf(InstanceOfAssertFactories.type(SporeException.class))
        .extracting(SporeException::code)
        .isEqualTo(ErrorCode.HOST_UNAVAILABLE);
    try (RestoredRam restored = restore(RestoreMode.AUTO)) {
      assertThat(restored.source()).isEqualTo(RamSource.EAGER);
      assertThat(restored.reason()).contains(verdict.id());
      saved.assertSameAs(restored.ram().memory());
    }
    store.build(saved.image);
    assertThat(verdict()).isEqualTo(BackingVerdict.PROOF_VALID);
  }

  @Test
  void manyBuildersAtOnceAllSucceed() throws Exception {
    List<FutureTask<Void>> builders = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FutureTask<Void> builder =
          new FutureTask<>(() -> BackingStore.in(cache).build(saved.image), null);
      builders.add(builder);
      Thread.ofPlatform().daemon().start(builder);
    }
    for (FutureTask<Void> builder : builders) {
      builder.get();
    }
    assertThat(verdict()).isEqualTo(BackingVerdict.PROOF_VALID);
  }

  @Test
  void aBuildFromDamagedChunksLeavesNothing() throws Exception {
    saved.corrupt(3);
    assertThatThrownBy(() -> store.build(saved.image))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining(saved.file(3).toString());
    try (Stream<Path> files = Files.list(cache)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("lock");
    }
  }

  @Test
  void whatAKilledBuilderLeftIsCleanedUp() throws Exception {
    Files.createDirectories(cache);
    Path left = Files.createFile(cache.resolve("aaaa.ram.staging"));
    store.build(saved.image);
    assertThat(left).doesNotExist();
  }

  @Test
  void aCacheThatCannotBeMadeIsAnErrorThatNamesIt() throws Exception {
    Files.createFile(directory.resolve("cache"));
    assertThatThrownBy(() -> store.build(saved.image))
        .hasMessageContaining(cache.toString())
        .asInstanceOf(InstanceOfAssertFactories.type(SporeException.class))
        .extracting(SporeException::code)
        .isEqualTo(ErrorCode.CACHE_UNAVAILABLE);
  }
}

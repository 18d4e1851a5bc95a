package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.spore.cas.ChunkException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever lies in a store's directory, no byte of it is given out unless it is the chunk's. */
final class HostileStoreTest {
  private static final int SIZE = 10_000;
  private static final int CHUNKS = 5;

  @TempDir Path root;
  private List<ChunkId> ids = List.of();

  @BeforeEach
  void save() {
    ids = TestChunks.save(ChunkStore.create(root), TestChunks.chunks(CHUNKS, SIZE, 1));
  }

  @FunctionalInterface
  private interface Damage {
    void to(Path file) throws Exception;
  }

  /** Damages each chunk in turn: it is refused by name, every other is still read. */
  private void assertRefused(Kind kind, Damage damage) throws Exception {
    for (ChunkId id : ids) {
      ChunkStore store = ChunkStore.open(root);
      Path file = store.path(id);
      Path whole = root.resolve("whole");
      Files.copy(file, whole);
      damage.to(file);
      assertRefused(store, id, kind);
      for (ChunkId other : ids) {
        if (!other.equals(id)) {
          store.read(other, Arena.ofAuto().allocate(SIZE));
        }
      }
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
      store.read(id, Arena.ofAuto().allocate(SIZE));
    }
  }

  private static void assertRefused(ChunkStore store, ChunkId id, Kind kind) {
    MemorySegment target = Arena.ofAuto().allocate(SIZE).fill((byte) 0x5a);
    assertThatExceptionOfType(ChunkException.class)
        .isThrownBy(() -> store.read(id, target))
        .withMessageContaining(store.path(id).toString())
        .satisfies(e -> {
          assertThat(e.kind()).isEqualTo(kind);
          assertThat(e.id()).isEqualTo(id);
          assertThat(e.path()).isEqualTo(store.path(id));
        });
    assertThat(ZeroTest.isZero(target)).as("bytes left behind").isTrue();
  }

  @Test
  void anyFlippedByte() throws Exception {
    for (int at : new int[] {0, 1, SIZE / 2, SIZE - 1}) {
      assertRefused(
          Kind.CORRUPT,
          file -> {
            byte[] bytes = Files.readAllBytes(file);
            bytes[at] ^= 1;
            Files.write(file, bytes);
          });
    }
  }

  @Test
  void missing() throws Exception {
    assertRefused(Kind.MISSING, Files::delete);
  }

  @Test
  void missingWithItsDirectory() {
    ChunkId never = Blake3.hash(new byte[] {1});
    assertRefused(ChunkStore.open(root), never, Kind.MISSING);
  }

  @Test
  void tooShort() throws Exception {
    for (int length : new int[] {0, 1, SIZE - 1}) {
      assertRefused(
          Kind.WRONG_LENGTH,
          file -> {
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(bytes, length));
          });
    }
  }

  @Test
  void tooLong() throws Exception {
    assertRefused(
        Kind.WRONG_LENGTH, file -> Files.write(file, new byte[1], StandardOpenOption.APPEND));
  }

  @Test
  void anotherChunkInItsPlace() throws Exception {
    assertRefused(Kind.CORRUPT, file -> Files.write(file, Blake3Test.random(SIZE, 99)));
  }

  @Test
  void symbolicLinkEvenToTheRightBytes() throws Exception {
    assertRefused(
        Kind.CORRUPT,
        file -> {
          Files.delete(file);
          Files.createSymbolicLink(file, root.resolve("whole"));
        });
  }

  @Test
  void danglingSymbolicLink() throws Exception {
    assertRefused(
        Kind.CORRUPT,
        file -> {
          Files.delete(file);
          Files.createSymbolicLink(file, Path.of("nowhere"));
        });
  }

  @Test
  void symbolicLinkInPlaceOfTheDirectory() throws Exception {
    ChunkStore store = ChunkStore.open(root);
    ChunkId id = ids.getFirst();
    Path prefix = store.directory(id);
    Files.move(prefix, root.resolve("elsewhere"));
    Files.createSymbolicLink(prefix, root.resolve("elsewhere"));
    assertRefused(store, id, Kind.CORRUPT);
  }

  @Test
  void directoryInPlaceOfTheFile() throws Exception {
    ChunkStore store = ChunkStore.open(root);
    ChunkId id = ids.getFirst();
    Files.delete(store.path(id));
    Files.createDirectory(store.path(id));
    assertRefused(store, id, Kind.CORRUPT);
  }

  @Test
  void fifoDoesNotBlock() throws Exception {
    ChunkStore store = ChunkStore.open(root);
    ChunkId id = ids.getFirst();
    Files.delete(store.path(id));
    String fifo = store.path(id).toString();
    assertThat(new ProcessBuilder("mkfifo", fifo).start().waitFor()).isZero();
    assertRefused(store, id, Kind.CORRUPT);
  }

  @Test
  void nothingIsWrittenThroughALinkedDirectory() throws Exception {
    MemorySegment chunk = TestChunks.chunk(SIZE, 77);
    ChunkStore store = ChunkStore.open(root);
    Path outside = Files.createDirectory(root.resolve("outside"));
    Path prefix = store.directory(Blake3.hash(chunk));
    Files.createSymbolicLink(prefix, outside);
    try (Batch batch = store.batch()) {
      batch.put(chunk);
      assertThatExceptionOfType(ChunkException.class)
          .isThrownBy(batch::commit)
          .withMessageContaining(prefix.toString());
    }
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void aLinkInPlaceOfTheFileIsReplacedNotFollowed() throws Exception {
    ChunkStore store = ChunkStore.open(root);
    MemorySegment chunk = TestChunks.chunk(SIZE, 1);
    ChunkId id = ids.getFirst();
    Path victim = Files.writeString(root.resolve("victim"), "untouched");
    Files.delete(store.path(id));
    Files.createSymbolicLink(store.path(id), victim);
    TestChunks.save(store, List.of(chunk));
    store.read(id, Arena.ofAuto().allocate(SIZE));
    assertThat(victim).hasContent("untouched");
  }
}

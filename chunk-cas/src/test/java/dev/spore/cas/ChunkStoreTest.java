package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChunkStoreTest {
  private static final int SIZE = 65536;

  @TempDir Path directory;
  private Path root = Path.of("");

  @BeforeEach
  void place() {
    root = directory.resolve("cache/chunks");
  }

  @Test
  void whatWasCommittedIsReadBack() {
    ChunkStore store = ChunkStore.create(root);
    for (int size : new int[] {1, 63, 4096, SIZE, CasLimits.CHUNK_BYTES_MAX}) {
      MemorySegment chunk = TestChunks.chunk(size, size);
      ChunkId id = TestChunks.save(store, List.of(chunk)).getFirst();
      assertThat(id).isEqualTo(Blake3.hash(chunk));
      MemorySegment read = Arena.ofAuto().allocate(size);
      store.read(id, read);
      assertThat(read.mismatch(chunk)).isEqualTo(-1);
      assertThat(store.path(id))
          .isEqualTo(root.resolve(id.hex().substring(0, 2)).resolve(id.hex()))
          .hasSize(size);
    }
  }

  @Test
  void heapMemoryIsAChunkAsWell() {
    ChunkStore store = ChunkStore.create(root);
    MemorySegment chunk = MemorySegment.ofArray(Blake3Test.random(5000, 1));
    ChunkId id = TestChunks.save(store, List.of(chunk)).getFirst();
    MemorySegment read = MemorySegment.ofArray(new byte[5000]);
    store.read(id, read);
    assertThat(read.mismatch(chunk)).isEqualTo(-1);
  }

  @Test
  void nothingShowsBeforeTheCommit() {
    ChunkStore store = ChunkStore.create(root);
    MemorySegment chunk = TestChunks.chunk(SIZE, 1);
    try (Batch batch = store.batch()) {
      ChunkId id = batch.put(chunk).orElseThrow();
      assertThat(store.contains(id)).isFalse();
      batch.commit();
      assertThat(store.contains(id)).isTrue();
    }
  }

  @Test
  void abandonedBatchLeavesNothing() throws Exception {
    ChunkStore store = ChunkStore.create(root);
    try (Batch batch = store.batch()) {
      TestChunks.chunks(5, SIZE, 1).forEach(batch::put);
    }
    assertThat(TestChunks.files(root)).containsExactly("lock");
  }

  @Test
  void zeroChunksAreNotStored() throws Exception {
    ChunkStore store = ChunkStore.create(root);
    try (Batch batch = store.batch()) {
      assertThat(batch.put(Arena.ofAuto().allocate(SIZE))).isEqualTo(Optional.empty());
      assertThat(batch.commit()).isEqualTo(new Batch.Committed(0, 0, 0));
    }
    assertThat(TestChunks.files(root)).containsExactly("lock");
  }

  @Test
  void onlyWhatIsMissingIsWritten() throws Exception {
    ChunkStore store = ChunkStore.create(root);
    List<MemorySegment> chunks = TestChunks.chunks(3, SIZE, 1);
    ChunkId first = TestChunks.save(store, chunks.subList(0, 1)).getFirst();
    Object before = Files.getAttribute(store.path(first), "unix:ino");
    try (Batch batch = store.batch()) {
      chunks.forEach(batch::put);
      chunks.forEach(batch::put);
      assertThat(batch.commit()).isEqualTo(new Batch.Committed(2, 2 * SIZE, 1));
    }
    assertThat(Files.getAttribute(store.path(first), "unix:ino")).isEqualTo(before);
  }

  @Test
  void aFileOfTheWrongLengthIsReplacedByTheNextSave() throws Exception {
    ChunkStore store = ChunkStore.create(root);
    MemorySegment chunk = TestChunks.chunk(SIZE, 1);
    ChunkId id = TestChunks.save(store, List.of(chunk)).getFirst();
    Files.write(store.path(id), new byte[7]);
    TestChunks.save(store, List.of(chunk));
    store.read(id, Arena.ofAuto().allocate(SIZE));
  }

  @Test
  void writersOfTheSameChunksAllSucceed() throws Exception {
    ChunkStore store = ChunkStore.create(root);
    List<MemorySegment> chunks = TestChunks.chunks(16, SIZE, 1);
    Callable<List<ChunkId>> writer = () -> TestChunks.save(ChunkStore.open(root), chunks);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (var ids : threads.invokeAll(IntStream.range(0, 8).mapToObj(i -> writer).toList())) {
        for (ChunkId id : ids.get()) {
          store.read(id, Arena.ofAuto().allocate(SIZE));
        }
      }
    }
    assertThat(TestChunks.files(root)).hasSize(16 + 1);
  }

  @Test
  void manyThreadsFillOneBatch() throws Exception {
    ChunkStore store = ChunkStore.create(root);
    List<MemorySegment> chunks = TestChunks.chunks(32, SIZE, 1);
    try (Batch batch = store.batch()) {
      chunks.parallelStream().forEach(batch::put);
      assertThat(batch.commit().added()).isEqualTo(32);
    }
    for (MemorySegment chunk : chunks) {
      store.read(Blake3.hash(chunk), Arena.ofAuto().allocate(SIZE));
    }
  }

  @Test
  void readersSeeAWholeChunkOrNone() throws Exception {
    ChunkStore store = ChunkStore.create(root);
    List<MemorySegment> chunks = TestChunks.chunks(40, SIZE, 1);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      var reader =
          threads.submit(() -> {
            MemorySegment target = Arena.ofAuto().allocate(SIZE);
            for (MemorySegment chunk : chunks) {
              ChunkId id = Blake3.hash(chunk);
              while (!store.contains(id)) {
                Thread.onSpinWait();
              }
              store.read(id, target);
            }
            return true;
          });
      for (MemorySegment chunk : chunks) {
        TestChunks.save(store, List.of(chunk));
      }
      assertThat(reader.get()).isTrue();
    }
  }

  @Test
  void aBatchEndsOnce() {
    ChunkStore store = ChunkStore.create(root);
    MemorySegment chunk = TestChunks.chunk(SIZE, 1);
    Batch batch = store.batch();
    batch.commit();
    assertThatThrownBy(batch::commit).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> batch.put(chunk)).isInstanceOf(IllegalStateException.class);
    batch.close();
    batch.close();
    assertThatThrownBy(batch::commit).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sizesOutsideTheLimitsAreRefused() {
    ChunkStore store = ChunkStore.create(root);
    ChunkId id = Blake3.hash(new byte[1]);
    for (long size : new long[] {0, CasLimits.CHUNK_BYTES_MAX + 1L}) {
      MemorySegment memory = Arena.ofAuto().allocate(size);
      assertThatThrownBy(() -> store.read(id, memory)).isInstanceOf(IllegalArgumentException.class);
      try (Batch batch = store.batch()) {
        assertThatThrownBy(() -> batch.put(memory)).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void openingWritesNothing() throws Exception {
    Files.createDirectories(root);
    ChunkStore store = ChunkStore.open(root);
    assertThat(store.contains(Blake3.hash(new byte[1]))).isFalse();
    assertThat(TestChunks.files(root)).isEmpty();
    Path none = directory.resolve("none");
    assertThatThrownBy(() -> ChunkStore.open(none))
        .isInstanceOf(ChunkException.class)
        .hasMessageContaining(none.toString());
  }

  @Test
  void chunksAreTheOwnersAlone() throws Exception {
    ChunkStore store = ChunkStore.create(root);
    ChunkId id = TestChunks.save(store, TestChunks.chunks(1, SIZE, 1)).getFirst();
    assertThat(Files.getPosixFilePermissions(store.path(id))).hasSize(2);
    assertThat(Files.getPosixFilePermissions(store.directory(id))).hasSize(3);
  }
}

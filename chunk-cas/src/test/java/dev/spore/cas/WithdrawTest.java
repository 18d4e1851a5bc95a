package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chunk that has been corrected costs no disk. */
final class WithdrawTest {
  private static final int SIZE = 65536;

  @TempDir Path root;

  @Test
  void whatIsWithdrawnIsNotCommitted() {
    ChunkStore store = ChunkStore.create(root);
    try (Batch batch = store.batch()) {
      ChunkId wrong = batch.put(TestChunks.chunk(SIZE, 1)).orElseThrow();
      ChunkId right = batch.put(TestChunks.chunk(SIZE, 2)).orElseThrow();
      batch.withdraw(wrong);
      assertThat(batch.commit()).isEqualTo(new Batch.Committed(1, SIZE, 0));
      assertThat(store.contains(wrong)).isFalse();
      assertThat(store.contains(right)).isTrue();
    }
  }

  @Test
  void aChunkPutTwiceSurvivesOneWithdrawal() {
    ChunkStore store = ChunkStore.create(root);
    try (Batch batch = store.batch()) {
      ChunkId id = batch.put(TestChunks.chunk(SIZE, 1)).orElseThrow();
      batch.put(TestChunks.chunk(SIZE, 1));
      batch.withdraw(id);
      batch.commit();
      assertThat(store.contains(id)).isTrue();
    }
  }

  @Test
  void whatWasThereBeforeStays() {
    ChunkStore store = ChunkStore.create(root);
    MemorySegment chunk = TestChunks.chunk(SIZE, 1);
    ChunkId id = TestChunks.save(store, List.of(chunk)).getFirst();
    try (Batch batch = store.batch()) {
      batch.put(chunk);
      batch.withdraw(id);
      batch.commit();
    }
    assertThat(store.contains(id)).isTrue();
  }

  @Test
  void aStagedChunkCanBeReadBackAndPutAgain() {
    ChunkStore store = ChunkStore.create(root);
    MemorySegment chunk = TestChunks.chunk(SIZE, 1);
    try (Batch batch = store.batch()) {
      ChunkId id = batch.put(chunk).orElseThrow();
      MemorySegment read = Arena.ofAuto().allocate(SIZE);
      batch.read(id, read);
      assertThat(read.mismatch(chunk)).isEqualTo(-1);
      batch.withdraw(id);
      assertThatThrownBy(() -> batch.read(id, read)).isInstanceOf(ChunkException.class);
      batch.put(chunk);
      batch.commit();
      assertThat(store.contains(id)).isTrue();
    }
  }

  @Test
  void aChunkAnotherStoreHasIsLinkedFromThere() throws Exception {
    ChunkStore other = ChunkStore.create(root.resolve("other"));
    MemorySegment chunk = TestChunks.chunk(SIZE, 1);
    ChunkId id = TestChunks.save(other, List.of(chunk)).getFirst();
    ChunkStore store = ChunkStore.create(root.resolve("store"));
    try (Batch batch = store.batch()) {
      batch.put(chunk, other);
      batch.put(TestChunks.chunk(SIZE, 2), other);
      batch.commit();
    }
    assertThat(Files.isSameFile(store.path(id), other.path(id))).isTrue();
    MemorySegment read = Arena.ofAuto().allocate(SIZE);
    store.read(id, read);
    assertThat(read.mismatch(chunk)).isEqualTo(-1);
  }

  @Test
  void whatWasNotPutCannotBeWithdrawn() {
    ChunkStore store = ChunkStore.create(root);
    try (Batch batch = store.batch()) {
      ChunkId id = batch.put(TestChunks.chunk(SIZE, 1)).orElseThrow();
      batch.withdraw(id);
      assertThatThrownBy(() -> batch.withdraw(id)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}

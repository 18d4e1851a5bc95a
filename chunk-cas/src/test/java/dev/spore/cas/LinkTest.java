package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spore.cas.ChunkException.Kind;
import dev.spore.cas.ChunkTransfer.Means;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chunks that come from another store. */
final class LinkTest {
  private static final int SIZE = 5000;

  @TempDir Path directory;
  private List<ChunkId> ids = List.of();

  @BeforeEach
  void save() {
    ids = TestChunks.save(from(), TestChunks.chunks(3, SIZE, 1));
  }

  private ChunkStore from() {
    return ChunkStore.create(directory.resolve("from"));
  }

  private ChunkStore to() {
    return ChunkStore.create(directory.resolve("to"));
  }

  private static void link(ChunkStore from, ChunkStore to, List<ChunkId> ids) {
    try (Batch batch = to.batch()) {
      ids.forEach(id -> batch.link(from, id, SIZE));
      batch.commit();
    }
  }

  @Test
  void oneFileHasTwoNames() throws Exception {
    link(from(), to(), ids);
    for (ChunkId id : ids) {
      to().read(id, Arena.ofAuto().allocate(SIZE));
      assertThat(Files.getAttribute(to().path(id), "unix:ino"))
          .isEqualTo(Files.getAttribute(from().path(id), "unix:ino"));
    }
  }

  @Test
  void aSweepOfOneStoreLeavesTheOther() {
    link(from(), to(), ids);
    from().sweep(() -> id -> false);
    for (ChunkId id : ids) {
      assertThat(from().contains(id)).isFalse();
      to().read(id, Arena.ofAuto().allocate(SIZE));
    }
  }

  @Test
  void abandonedLinksLeaveNothing() throws Exception {
    try (Batch batch = to().batch()) {
      ids.forEach(id -> batch.link(from(), id, SIZE));
      assertThat(to().contains(ids.getFirst())).isFalse();
    }
    assertThat(TestChunks.files(directory.resolve("to"))).containsExactly("lock");
  }

  @Test
  void betweenFileSystemsAProvenCopyIsMade() throws Exception {
    Path other = Files.createTempDirectory(otherFileSystem(), "spore-link");
    try {
      ChunkStore to = ChunkStore.create(other);
      link(from(), to, ids);
      for (ChunkId id : ids) {
        to.read(id, Arena.ofAuto().allocate(SIZE));
      }
      Path target = other.resolve("target");
      ChunkId id = ids.getFirst();
      assertThat(ChunkTransfer.bring(id, from().path(id), SIZE, target)).isEqualTo(Means.COPY);
      Files.delete(target);
      Files.write(from().path(id), new byte[SIZE]);
      assertRefused(Kind.CORRUPT, id, target);
      assertThat(target).doesNotExist();
    } finally {
      remove(other);
    }
  }

  private Path otherFileSystem() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isWritable(memory), "no /dev/shm");
    boolean differs = !Files.getFileStore(memory).equals(Files.getFileStore(directory));
    assumeTrue(differs, "/dev/shm is where the temporary files are");
    return memory;
  }

  private static void remove(Path tree) throws Exception {
    for (String file : TestChunks.files(tree)) {
      Files.delete(tree.resolve(file));
    }
    for (Path directory : ChunkFiles.list(tree)) {
      ChunkFiles.list(directory).forEach(ChunkFiles::delete);
      Files.delete(directory);
    }
    Files.delete(tree);
  }

  @Test
  void whatIsNoChunkFileIsNotLinked() throws Exception {
    ChunkId id = ids.getFirst();
    Path target = directory.resolve("target");
    Path source = from().path(id);
    Files.write(source, new byte[1]);
    assertRefused(Kind.WRONG_LENGTH, id, target);
    Files.delete(source);
    assertRefused(Kind.MISSING, id, target);
    Files.createSymbolicLink(source, from().path(ids.getLast()));
    assertRefused(Kind.CORRUPT, id, target);
    assertThat(target).doesNotExist();
  }

  private void assertRefused(Kind kind, ChunkId id, Path target) {
    Path source = from().path(id);
    assertThatExceptionOfType(ChunkException.class)
        .isThrownBy(() -> ChunkTransfer.bring(id, source, SIZE, target))
        .withMessageContaining(source.toString())
        .satisfies(e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void aLinkedChunkThatIsChangedIsRefusedByBoth() throws Exception {
    link(from(), to(), ids);
    ChunkId id = ids.getFirst();
    Files.write(from().path(id), Blake3Test.random(SIZE, 77));
    for (ChunkStore store : List.of(from(), to())) {
      assertThatExceptionOfType(ChunkException.class)
          .isThrownBy(() -> store.read(id, Arena.ofAuto().allocate(SIZE)))
          .withMessageContaining(store.path(id).toString());
    }
  }
}

package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spore.cas.ChunkException.Kind;
import dev.spore.kvm.Host;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 1 MiB that is full before the save is done. */
final class NoSpaceTest {
  private static final int SIZE = 128 << 10;

  @TempDir Path mount;

  @BeforeEach
  void mountSmall() throws Exception {
    assumeTrue(Host.userId() == 0, "mounting needs root");
    int status = run("mount", "-t", "tmpfs", "-o", "size=1m", "spore-test", mount.toString());
    assumeTrue(status == 0, "mounting is not allowed here");
  }

  @AfterEach
  void unmount() throws Exception {
    if (Host.userId() == 0) {
      run("umount", mount.toString());
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  @Test
  void theSaveFailsTakesEverythingBackAndTheStoreGoesOn() throws Exception {
    ChunkStore store = ChunkStore.create(mount.resolve("chunks"));
    List<ChunkId> old = TestChunks.save(store, TestChunks.chunks(2, SIZE, 1));
    List<String> before = TestChunks.files(store.root());
    List<MemorySegment> many = TestChunks.chunks(12, SIZE, 100);
    try (Batch batch = store.batch()) {
      assertThatExceptionOfType(ChunkException.class)
          .isThrownBy(() -> many.forEach(batch::put))
          .withMessageContaining("No space left on device")
          .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.IO));
      assertThatThrownBy(batch::commit).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> batch.put(many.getFirst()))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(TestChunks.files(store.root())).isEqualTo(before);
    old.forEach(id -> store.read(id, Arena.ofAuto().allocate(SIZE)));
    TestChunks.save(store, many.subList(0, 3));
  }
}

package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process is killed after each step of a save, of a sweep and of taking a lease. Whatever has a
 * chunk's name then is that chunk; the store works; the next sweep leaves nothing of it.
 */
final class KillTest {
  private static final int SIZE = 3000;
  private static final int OLD = 2;
  private static final int NEW = 3;

  @TempDir Path directory;

  private static List<MemorySegment> oldChunks() {
    return TestChunks.chunks(OLD, SIZE, 1);
  }

  private static List<MemorySegment> newChunks() {
    return TestChunks.chunks(NEW, SIZE, 100);
  }

  /** What is killed: does one thing to a store, and stops for ever after step number N of it. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) {
      ChunkStore store = ChunkStore.open(Path.of(args[1]));
      int last = Integer.parseInt(args[2]);
      AtomicInteger steps = new AtomicInteger();
      act(
          args[0],
          store,
          step -> {
            if (steps.incrementAndGet() == last) {
              ChildJvm.print(step.name());
              ChildJvm.print("\n");
              awaitDeath();
            }
          });
      ChildJvm.print("done\n");
    }

    private static void awaitDeath() {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void act(String what, ChunkStore store, PublishStep.Listener steps) {
    switch (what) {
      case "save" -> {
        try (Batch batch = store.batch(steps)) {
          newChunks().forEach(batch::put);
          oldChunks().forEach(batch::put);
          batch.commit();
        }
      }
      case "sweep" -> store.sweep(() -> oldIds()::contains, steps);
      case "lease" -> store.lease(oldIds(), steps).close();
      default -> throw new IllegalArgumentException(what);
    }
  }

  private static List<ChunkId> oldIds() {
    return oldChunks().stream().map(Blake3::hash).toList();
  }

  private static List<ChunkId> newIds() {
    return newChunks().stream().map(Blake3::hash).toList();
  }

  @TestFactory
  List<DynamicTest> savesKilledAtEveryStep() throws Exception {
    return atEveryStep("save", OLD);
  }

  @TestFactory
  List<DynamicTest> sweepsKilledAtEveryStep() throws Exception {
    return atEveryStep("sweep", OLD + NEW);
  }

  @TestFactory
  List<DynamicTest> leasesKilledAtEveryStep() throws Exception {
    return atEveryStep("lease", OLD);
  }

  private List<DynamicTest> atEveryStep(String what, int chunks) throws Exception {
    AtomicInteger count = new AtomicInteger();
    act(what, storeWith(directory.resolve("count"), chunks), step -> count.incrementAndGet());
    return IntStream.rangeClosed(1, count.get())
        .mapToObj(n -> DynamicTest.dynamicTest(what + " " + n, () -> killedAt(what, n, chunks)))
        .toList();
  }

  /** A store that holds the old chunks, and the new ones too if it is to have that many. */
  private static ChunkStore storeWith(Path root, int chunks) throws Exception {
    ChunkStore store = ChunkStore.create(root);
    TestChunks.save(store, oldChunks());
    if (chunks > OLD) {
      TestChunks.save(store, newChunks());
      Files.createDirectories(root.resolve("staging/1-1"));
      Files.write(root.resolve("staging/1-1/left"), new byte[SIZE]);
      Files.write(Files.createDirectories(root.resolve("leases")).resolve("1-1"), new byte[32]);
    }
    return store;
  }

  private void killedAt(String what, int step, int chunks) throws Exception {
    ChunkStore store = storeWith(directory.resolve(what + step), chunks);
    Path errors = directory.resolve("errors");
    Process victim =
        ChildJvm.start(List.of(), Victim.class, errors, what, store.root().toString(), "" + step);
    String reached = victim.inputReader().readLine();
    assertThat(reached).as(Files.readString(errors)).isNotNull().isNotEqualTo("done");
    victim.destroyForcibly().waitFor();

    for (ChunkId id : oldIds()) {
      store.read(id, Arena.ofAuto().allocate(SIZE));
    }
    for (ChunkId id : newIds()) {
      if (store.contains(id)) {
        store.read(id, Arena.ofAuto().allocate(SIZE));
      }
    }
    assertThat(store.sweep(() -> oldIds()::contains)).as("after %s", reached).isPresent();
    assertThat(store.usage()).isEqualTo(new ChunkStore.Usage(OLD, OLD * SIZE, 0, 0));
    assertThat(TestChunks.files(store.root())).hasSize(OLD + 1);
    assertThat(TestChunks.save(store, newChunks())).isEqualTo(newIds());
    newIds().forEach(id -> store.read(id, Arena.ofAuto().allocate(SIZE)));
  }

  @Test
  void everyStepOfASaveIsAmongThem() throws Exception {
    List<PublishStep> seen = new CopyOnWriteArrayList<>();
    act("save", storeWith(directory.resolve("seen"), OLD), seen::add);
    assertThat(seen)
        .containsSubsequence(
            PublishStep.LOCKED,
            PublishStep.STAGING_MADE,
            PublishStep.STAGED,
            PublishStep.SYNCED,
            PublishStep.RENAMED,
            PublishStep.DIRECTORY_SYNCED,
            PublishStep.STAGING_REMOVED);
    assertThat(seen.lastIndexOf(PublishStep.SYNCED))
        .as("every content is on the disk before the first name")
        .isLessThan(seen.indexOf(PublishStep.RENAMED));
  }
}

package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.ChunkException.Kind;
import dev.spore.cas.ChunkStore.Swept;
import dev.spore.cas.ChunkStore.Usage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SweepTest {
  private static final int SIZE = 5000;

  @TempDir Path root;
  private List<MemorySegment> chunks = List.of();
  private List<ChunkId> ids = List.of();

  @BeforeEach
  void save() {
    chunks = TestChunks.chunks(6, SIZE, 1);
    ids = TestChunks.save(store(), chunks);
  }

  private ChunkStore store() {
    return ChunkStore.open(root);
  }

  /** Everything but these is dead. */
  private static ChunkStore.Marker only(List<ChunkId> live) {
    return () -> Set.copyOf(live)::contains;
  }

  private static final ChunkStore.Marker NOTHING = only(List.of());

  @Test
  void whatIsNotMarkedGoesAndWhatIsMarkedStays() {
    assertThat(store().sweep(only(ids.subList(0, 2))))
        .contains(new Swept(4, 4 * SIZE, 2, 2 * SIZE));
    for (ChunkId id : ids) {
      assertThat(store().contains(id)).isEqualTo(ids.indexOf(id) < 2);
    }
    store().read(ids.getFirst(), Arena.ofAuto().allocate(SIZE));
    assertThat(store().usage()).isEqualTo(new Usage(2, 2 * SIZE, 0, 0));
  }

  @Test
  void usageCountsChunksAndWhatIsUnderWay() {
    Lease lease = store().lease(ids);
    try (Batch batch = store().batch()) {
      batch.put(TestChunks.chunk(77, 99));
      assertThat(store().usage()).isEqualTo(new Usage(6, 6 * SIZE, 77, 1));
    }
    lease.close();
    assertThat(store().usage()).isEqualTo(new Usage(6, 6 * SIZE, 0, 0));
  }

  @Test
  void anOpenBatchKeepsSweepsOutEvenAfterItsCommit() {
    try (Batch batch = store().batch()) {
      assertThat(store().sweep(NOTHING)).isEmpty();
      batch.put(chunks.getFirst());
      batch.commit();
      assertThat(store().sweep(NOTHING)).isEmpty();
    }
    assertThat(store().sweep(NOTHING)).isPresent();
  }

  @Test
  void aBatchWaitsForTheSweepAndThenWritesWhatItDeleted() throws Exception {
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      List<Future<List<ChunkId>>> saved = new ArrayList<>();
      store()
          .sweep(() -> {
            saved.add(thread.submit(() -> TestChunks.save(store(), chunks)));
            return id -> false;
          });
      assertThat(saved.getFirst().get()).isEqualTo(ids);
    }
    for (ChunkId id : ids) {
      store().read(id, Arena.ofAuto().allocate(SIZE));
    }
  }

  @Test
  void leasedChunksStayUntilTheLeaseEnds() {
    Lease lease = store().lease(ids.subList(0, 3));
    assertThat(store().sweep(NOTHING)).contains(new Swept(3, 3 * SIZE, 3, 3 * SIZE));
    assertThat(store().sweep(NOTHING)).contains(new Swept(0, 0, 3, 3 * SIZE));
    lease.close();
    lease.close();
    assertThat(store().sweep(NOTHING)).contains(new Swept(3, 3 * SIZE, 0, 0));
  }

  @Test
  void aKilledProcessLeavesNoLease() throws Exception {
    Process child =
        ChildJvm.start(
            List.of(), Holder.class, root.resolve("child.err"), root.toString(), ids.get(0).hex());
    assertThat(child.getInputStream().read()).isEqualTo('L');
    assertThat(store().sweep(NOTHING)).contains(new Swept(5, 5 * SIZE, 1, SIZE));
    child.destroyForcibly().waitFor();
    assertThat(store().sweep(NOTHING)).contains(new Swept(1, SIZE, 0, 0));
    assertThat(store().usage().leases()).isZero();
  }

  /** Holds a lease until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws InterruptedException {
      ChunkStore store = ChunkStore.open(Path.of(args[0]));
      Lease lease = store.lease(List.of(ChunkId.parse(args[1])));
      ChildJvm.print("L");
      Thread.currentThread().join();
      lease.close();
    }
  }

  @Test
  void aMarkerThatFailsDeletesNothing() throws Exception {
    List<String> before = TestChunks.files(root);
    assertThatThrownBy(() ->
            store()
                .sweep(() -> {
                  throw new IllegalStateException("manifest unreadable");
                }))
        .hasMessage("manifest unreadable");
    assertThat(TestChunks.files(root)).isEqualTo(before);
    assertThat(store().sweep(only(ids))).isPresent();
  }

  @Test
  void aLeaseThatIsNoListDeletesNothing() throws Exception {
    Lease lease = store().lease(ids.subList(0, 1));
    Path file = ChunkFiles.list(root.resolve("leases")).getFirst();
    Files.write(file, new byte[1], StandardOpenOption.APPEND);
    assertThatExceptionOfType(ChunkException.class)
        .isThrownBy(() -> store().sweep(NOTHING))
        .withMessageContaining(file.toString())
        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    assertThat(store().usage().chunks()).isEqualTo(6);
    lease.close();
  }

  @Test
  void filesThatAreNotTheStoresAreLeftAlone() throws Exception {
    String id = ids.getFirst().hex();
    Path elsewhere = Files.createDirectories(root.resolve("zz"));
    List<Path> foreign =
        List.of(
            root.resolve("README"),
            store().directory(ids.getFirst()).resolve("note"),
            store().directory(ids.getFirst()).resolve(id.toUpperCase(Locale.ROOT)),
            elsewhere.resolve(id));
    for (Path file : foreign) {
      Files.writeString(file, "mine");
    }
    Path outside = Files.createDirectory(root.resolve("outside")).resolve("ff" + id.substring(2));
    Files.writeString(outside, "mine");
    Files.createSymbolicLink(root.resolve("ff"), outside.getParent());
    store().sweep(NOTHING);
    assertThat(foreign).allSatisfy(file -> assertThat(file).hasContent("mine"));
    assertThat(outside).hasContent("mine");
    assertThat(store().usage().chunks()).isZero();
  }

  @Test
  void whatAKilledBatchLeftGoes() throws Exception {
    Path left = Files.createDirectories(root.resolve("staging/4711-1"));
    Files.write(left.resolve(ids.getFirst().hex()), new byte[SIZE]);
    assertThat(store().sweep(only(ids))).contains(new Swept(0, SIZE, 6, 6 * SIZE));
    assertThat(root.resolve("staging")).isEmptyDirectory();
  }

  @Test
  void whatNoBatchAndNoLeaseMadeIsLeftAlone() throws Exception {
    Path nested = Files.createDirectories(root.resolve("staging/4711-1/a/b"));
    Path directory = Files.createDirectories(root.resolve("leases/odd"));
    Path link = Files.createSymbolicLink(root.resolve("leases/link"), Path.of("../lock"));
    assertThat(store().sweep(only(ids))).contains(new Swept(0, 0, 6, 6 * SIZE));
    assertThat(nested).exists();
    assertThat(directory).exists();
    assertThat(link).isSymbolicLink();
  }

  @Test
  void aBatchIsNotInTheWayOfOneThatWasKilled() throws Exception {
    String first = ProcessHandle.current().pid() + "-";
    for (int i = 0; i < 2000; i++) {
      Files.createDirectories(root.resolve("staging/" + first + i));
    }
    assertThat(TestChunks.save(store(), chunks)).isEqualTo(ids);
  }

  @Test
  void aLeaseTooLargeIsRefused() {
    List<ChunkId> many = Collections.nCopies(CasLimits.LEASE_CHUNKS_MAX + 1, ids.getFirst());
    assertThatThrownBy(() -> store().lease(many)).isInstanceOf(IllegalArgumentException.class);
    assertThat(store().usage().leases()).isZero();
    assertThat(Lease.parse(new byte[ChunkId.BYTES + 1])).isEqualTo(Optional.empty());
  }
}

package dev.spore.vmm.ram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.ChunkId;
import dev.spore.format.hint.PageRange;
import dev.spore.format.hint.WorkingSet;
import dev.spore.kvm.Mapping;
import dev.spore.kvm.Userfault;
import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.boot.RamLayout;
import dev.spore.vmm.boot.RamLayout.Region;
import dev.spore.vmm.ram.Walker.End;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@RequiresKvm
final class LazyRamTest {
  private static final int CHUNK = SavedRam.CHUNK;
  private static final int PAGE = GuestMemory.PAGE_BYTES;
  private static final int LOW_CHUNKS = 8;
  private static final int LOW_PAGES = LOW_CHUNKS * CHUNK / PAGE;
  private static final long HIGH = 4L << 30;
  private static final RamLayout LAYOUT =
      new RamLayout(
          List.of(new Region(0, (long) LOW_CHUNKS * CHUNK), new Region(HIGH, 2L * CHUNK)));

  @TempDir Path directory;
  private final ConcurrentHashMap<ChunkId, Integer> reads = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable SporeException> failure = new AtomicReference<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private SavedRam saved;

  /** What is told of a failure, besides being recorded. */
  private volatile Consumer<SporeException> listener = reason -> {};

  @BeforeEach
  void save() {
    saved = new SavedRam(directory, LAYOUT, Walker::install);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : open.reversed()) {
      resource.close();
    }
  }

  private SporeException failed() {
    return Objects.requireNonNull(failure.get());
  }

  private <T extends AutoCloseable> T closing(T resource) {
    open.add(resource);
    return resource;
  }

  private final class Lazy {
    final LazyRam filler;
    final GuestRam ram;

    Lazy(ChunkReader reader) {
      List<Mapping> mappings = GuestRam.anonymous(LAYOUT);
      filler =
          LazyRam.start(
              saved.readBy((id, target) -> {
                reads.merge(id, 1, Integer::sum);
                reader.read(id, target);
              }),
              mappings,
              Userfault.open(),
              new TouchLog(new BitSet(), Duration.ofDays(1)),
              reason -> {
                assertThat(failure.compareAndSet(null, reason)).isTrue();
                listener.accept(reason);
              });
      ram = closing(GuestRam.filledBy(filler, LAYOUT, mappings));
    }

    Lazy() {
      this(saved.store::read);
    }

    Walker walker(Walker.Level level) {
      Walker walker = closing(new Walker(ram, level));
      listener = reason -> walker.stop();
      return walker;
    }

    void awaitComplete() throws InterruptedException {
      while (!filler.isComplete()) {
        assertThat(failure).hasNullValue();
        Thread.sleep(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aVcpuReadsWhatWasSaved(Walker.Level level) {
    Walker walker = new Lazy().walker(level);
    assertThat(walker.read(0, PAGE, LOW_PAGES))
        .isEqualTo(new End.Arrived(Walker.sum(saved.content, 0, PAGE, LOW_PAGES)));
    assertThat(failure).hasNullValue();
    assertEachReadOnce();
  }

  private void assertEachReadOnce() {
    assertThat(reads.values()).allMatch(count -> count == 1);
  }

  @ParameterizedTest
  @EnumSource
  void aVcpuWritesOverWhatWasSaved(Walker.Level level) {
    Lazy lazy = new Lazy();
    Walker walker = lazy.walker(level);
    assertThat(walker.write(4L * CHUNK, PAGE, 4 * CHUNK / PAGE)).isInstanceOf(End.Arrived.class);
    for (long at = 4L * CHUNK; at < 8L * CHUNK; at += PAGE) {
      saved.content.set(ValueLayout.JAVA_INT, at, saved.content.get(ValueLayout.JAVA_INT, at) + 1);
    }
    saved.assertSameAs(lazy.ram.memory());
  }

  @Test
  void javaCodeFindsWhatWasSavedInEveryRegion() {
    Lazy lazy = new Lazy();
    saved.assertSameAs(lazy.ram.memory());
    assertEachReadOnce();
  }

  @Test
  void onlyWhatIsTouchedIsRead() {
    Lazy lazy = new Lazy();
    assertThat(reads).isEmpty();
    lazy.ram.memory().u8(HIGH);
    assertThat(reads).as("of a chunk of zeroes").isEmpty();
    lazy.ram.memory().u8(HIGH + CHUNK);
    assertThat(reads.keySet()).containsExactly(saved.image.index().id(9).orElseThrow());
  }

  @Test
  void anAccessAcrossChunksNeedsBoth() {
    Lazy lazy = new Lazy();
    GuestMemory memory = lazy.ram.memory();
    assertThat(memory.u64(CHUNK - 4))
        .isEqualTo(saved.content.get(ValueLayout.JAVA_LONG_UNALIGNED, CHUNK - 4));
    assertThat(reads).hasSize(2);
  }

  @Test
  void prefetchBringsEverythingAndEndsTheWatching() throws Exception {
    Lazy lazy = new Lazy();
    lazy.filler.prefetch(new BitSet(), Duration.ZERO);
    lazy.awaitComplete();
    assertEachReadOnce();
    saved.assertSameAs(lazy.ram.memory());
    Walker walker = lazy.walker(Walker.Level.USER);
    assertThat(walker.read(0, PAGE, LOW_PAGES))
        .isEqualTo(new End.Arrived(Walker.sum(saved.content, 0, PAGE, LOW_PAGES)));
  }

  @Test
  void javaVcpuAndPrefetchMeetOnTheSameChunks() throws Exception {
    for (int round = 0; round < 5; round++) {
      reads.clear();
      Lazy lazy = new Lazy();
      Walker walker = lazy.walker(round % 2 == 0 ? Walker.Level.USER : Walker.Level.KERNEL);
      FutureTask<End> walk = walker.readAside(0, PAGE, LOW_PAGES);
      List<FutureTask<Void>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        FutureTask<Void> reader =
            new FutureTask<>(() -> saved.assertSameAs(lazy.ram.memory()), null);
        readers.add(reader);
        Thread.ofVirtual().start(reader);
      }
      lazy.filler.prefetch(new BitSet(), Duration.ZERO);
      assertThat(walk.get())
          .isEqualTo(new End.Arrived(Walker.sum(saved.content, 0, PAGE, LOW_PAGES)));
      for (FutureTask<Void> reader : readers) {
        reader.get();
      }
      lazy.awaitComplete();
      assertEachReadOnce();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aVcpuNeverSeesADamagedChunk(Walker.Level level) {
    saved.corrupt(4);
    assertEndsBeforeChunk4(level, ErrorCode.OBJECT_INVALID);
  }

  @ParameterizedTest
  @EnumSource
  void aVcpuNeverSeesAMissingChunk(Walker.Level level) throws Exception {
    Files.delete(saved.file(4));
    assertEndsBeforeChunk4(level, ErrorCode.OBJECT_INVALID);
  }

  /** Reads chunk 3, then 4: of which it sees nothing, not even zeroes. */
  private void assertEndsBeforeChunk4(Walker.Level level, ErrorCode code) {
    Lazy lazy = new Lazy();
    Walker walker = lazy.walker(level);
    int pages = CHUNK / PAGE;
    assertThat(walker.read(3L * CHUNK, PAGE, 2 * pages))
        .isEqualTo(new End.Left(4L * CHUNK, Walker.sum(saved.content, 3L * CHUNK, PAGE, pages)));
    assertThat(failed().code()).isEqualTo(code);
    assertThat(failed()).hasMessageContaining(saved.file(4).toString());
    // Devices neither; and what is there stays there.
    assertThatThrownBy(() -> lazy.ram.memory().u8(5L * CHUNK - 1))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining(saved.file(4).toString());
    assertThat(lazy.ram.memory().u8(3L * CHUNK))
        .isEqualTo(saved.chunk(3).get(ValueLayout.JAVA_BYTE, 0) & 0xff);
  }

  @Test
  void aDeviceNeverSeesADamagedChunk() {
    saved.corrupt(9);
    Lazy lazy = new Lazy();
    byte[] buffer = new byte[16];
    assertThatThrownBy(() -> lazy.ram.memory().read(HIGH + CHUNK - 8, buffer, 0, 16))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining(saved.file(9).toString());
    assertThat(buffer).containsOnly(0);
    assertThat(failed().code()).isEqualTo(ErrorCode.OBJECT_INVALID);
  }

  @Test
  void aDamagedChunkFoundByThePrefetchIsAFailureToo() throws Exception {
    saved.corrupt(7);
    CountDownLatch told = new CountDownLatch(1);
    Lazy lazy = new Lazy();
    listener = reason -> told.countDown();
    lazy.filler.prefetch(new BitSet(), Duration.ZERO);
    told.await();
    assertThat(failed()).hasMessageContaining(saved.file(7).toString());
  }

  @Test
  void aReaderThatBreaksIsAFailureAndNoHang() {
    Walker walker =
        new Lazy(
                (id, target) -> {
                  throw new StackOverflowError();
                })
            .walker(Walker.Level.USER);
    assertThat(walker.read(0, PAGE, 1)).isInstanceOf(End.Left.class);
    assertThat(failed().code()).isEqualTo(ErrorCode.RUNTIME_EXECUTION_FAILED);
  }

  @Test
  void aListenerThatBreaksDoesNotLeaveTheVcpuWaiting() {
    saved.corrupt(0);
    Walker walker = new Lazy().walker(Walker.Level.USER);
    listener =
        reason -> {
          throw new IllegalStateException("cannot stop");
        };
    assertThat(walker.read(0, PAGE, 1)).isInstanceOf(End.Left.class);
  }

  @Test
  void anInterruptedThreadGetsItsPagesAndKeepsItsInterrupt() {
    Lazy lazy = new Lazy();
    Thread.currentThread().interrupt();
    saved.assertSameAs(lazy.ram.memory());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure).hasNullValue();
  }

  @Test
  void closingTwiceIsClosingOnceAndNothingIsBroughtInAfter() {
    Lazy lazy = new Lazy();
    lazy.ram.close();
    lazy.ram.close();
    assertThatThrownBy(() -> lazy.ram.memory().u8(0)).isInstanceOf(IllegalStateException.class);
    assertThat(failure).hasNullValue();
    assertThat(reads).isEmpty();
  }

  @Test
  void closingStopsThePrefetch() {
    Lazy lazy = new Lazy();
    lazy.filler.prefetch(new BitSet(), Duration.ofDays(1));
    lazy.ram.close();
    assertThat(reads).isEmpty();
  }

  @Test
  void whatWasTouchedIsTheWorkingSet() {
    Lazy lazy = new Lazy();
    lazy.ram.memory().u8(1L * CHUNK);
    lazy.ram.memory().u8(2L * CHUNK);
    lazy.ram.memory().u8(HIGH + CHUNK);
    assertThat(lazy.filler.workingSet().ranges())
        .containsExactly(new PageRange(512, 1024), new PageRange(9 * 512, 512));
  }

  @Test
  void whatNobodyTouchedIsAsSaved() {
    Lazy lazy = new Lazy();
    lazy.ram.memory().u8(1L * CHUNK);
    lazy.ram.memory().putU8(HIGH, 3);
    assertThat(lazy.filler.arrived().stream()).containsExactly(1, LOW_CHUNKS);
  }

  @Test
  void theWorkingSetIsFetchedFirst() throws Exception {
    WorkingSet set = new WorkingSet(10L * CHUNK, List.of(new PageRange(4 * 512 - 1, 2)));
    BitSet first = TouchLog.chunks(set, 10L * CHUNK);
    assertThat(first.stream()).containsExactly(3, 4);
    Lazy lazy = new Lazy();
    lazy.filler.prefetch(first, Duration.ofDays(1));
    while (reads.size() < 2) {
      Thread.sleep(1);
    }
    assertThat(reads.keySet())
        .containsExactlyInAnyOrder(
            saved.image.index().id(3).orElseThrow(), saved.image.index().id(4).orElseThrow());
  }

  @Test
  void aWorkingSetOfOtherRamIsIgnored() {
    WorkingSet larger = new WorkingSet(11L * CHUNK, List.of(new PageRange(10 * 512, 1)));
    assertThat(TouchLog.chunks(larger, 10L * CHUNK).isEmpty()).isTrue();
  }

  @Test
  void aWorkingSetOfAllRamDoesNoHarm() {
    WorkingSet all = new WorkingSet(10L * CHUNK, List.of(new PageRange(0, 10 * 512)));
    try (RestoredRam restored =
        new RamRestore(saved.image, Optional.empty(), Optional.of(all), List.of(), reason -> {})
            .run(RestoreMode.LAZY)) {
      assertThat(restored.source()).isEqualTo(RamSource.LAZY);
      saved.assertSameAs(restored.ram().memory());
      assertThat(restored.workingSet().orElseThrow()).isEqualTo(all);
    }
  }

  @Test
  void chunksAreNotReadIntoGuestMemory() {
    List<MemorySegment> targets = new ArrayList<>();
    Lazy lazy =
        new Lazy((id, target) -> {
          synchronized (targets) {
            targets.add(target);
          }
          saved.store.read(id, target);
        });
    saved.assertSameAs(lazy.ram.memory());
    for (MemorySegment target : targets) {
      for (GuestMemory.Region region : lazy.ram.memory().regions()) {
        assertThat(target.asOverlappingSlice(region.bytes())).isEmpty();
      }
    }
  }
}

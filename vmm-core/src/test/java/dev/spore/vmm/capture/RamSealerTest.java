package dev.spore.vmm.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.Batch;
import dev.spore.cas.ChunkId;
import dev.spore.cas.ChunkStore;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.index.MemoryIndexWriter;
import dev.spore.virtio.memory.GuestMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is sealed is what RAM held at one instant, whoever wrote it and whenever. */
final class RamSealerTest {
  private static final int CHUNK = RamView.CHUNK_BYTES;
  private static final long HIGH_GPA = 1L << 32;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment low = arena.allocate(3L * CHUNK, 4096);
  private final MemorySegment high = arena.allocate(2L * CHUNK, 4096);
  private final GuestMemory memory =
      GuestMemory.of(
          List.of(new GuestMemory.Region(0, low), new GuestMemory.Region(HIGH_GPA, high)));
  private final RamView ram = new RamView(memory);
  private final GuestWrites guest = new GuestWrites();
  private final RamDirt dirt = new RamDirt(ram, guest);

  /** The guest's side: what it writes goes into a log as KVM keeps it. */
  private final class GuestWrites implements DirtyLog {
    private final long[][] logs = {new long[3 * 512 / 64], new long[2 * 512 / 64]};
    private boolean running;

    void write(int region, long offset, int value) {
      MemorySegment bytes = region == 0 ? low : high;
      bytes.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
      int page = (int) (offset / GuestMemory.PAGE_BYTES);
      if (running) {
        synchronized (this) {
          logs[region][page / 64] |= 1L << page;
        }
      }
    }

    @Override
    public void start() {
      running = true;
    }

    @Override
    public void stop() {
      running = false;
    }

    @Override
    public synchronized void fetch(int region, MemorySegment bitmap) {
      MemorySegment.copy(
          MemorySegment.ofArray(logs[region]), 0, bitmap, 0, 8L * logs[region].length);
      logs[region] = new long[logs[region].length];
    }
  }

  private final ChunkStore store;

  RamSealerTest(@TempDir Path root) {
    store = ChunkStore.create(root.resolve("chunks"));
  }

  @BeforeEach
  void writeSomething() {
    Random random = new Random(7);
    for (int i = 0; i < 40; i++) {
      guest.write(0, random.nextInt(2 * CHUNK), random.nextInt());
    }
    guest.write(1, CHUNK + 5L, 1);
  }

  private byte[] ramNow() {
    byte[] bytes = new byte[5 * CHUNK];
    MemorySegment.copy(low, 0, MemorySegment.ofArray(bytes), 0, low.byteSize());
    MemorySegment.copy(high, 0, MemorySegment.ofArray(bytes), low.byteSize(), high.byteSize());
    return bytes;
  }

  private byte[] sealed(RamSealer sealer) {
    return sealed(store, sealer);
  }

  private byte[] sealed(ChunkStore from, RamSealer sealer) {
    byte[] bytes = new byte[5 * CHUNK];
    for (int chunk = 0; chunk < ram.chunks(); chunk++) {
      ChunkId id = sealer.id(chunk);
      if (id != null) {
        from.read(id, MemorySegment.ofArray(bytes).asSlice((long) chunk * CHUNK, CHUNK));
      }
    }
    return bytes;
  }

  @Test
  void stoppedMachineIsSealedWhole() throws Exception {
    byte[] wanted = ramNow();
    try (Batch batch = store.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, null);
      sealer.sealStopped();
      assertThat(batch.commit().added()).isEqualTo(3);
      assertThat(sealer.id(2)).isNull();
      assertThat(sealer.id(3)).isNull();
      assertThat(sealed(sealer)).isEqualTo(wanted);
    }
  }

  @Test
  void whatIsWrittenAfterTheFreezeIsNotInIt() throws Exception {
    try (Batch batch = store.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, null);
      sealer.sealAhead();
      guest.write(0, 100, 11);
      guest.write(0, 2L * CHUNK + 4096, 12);
      guest.write(1, 0, 13);
      memory.putU8(HIGH_GPA + 2L * 4096, 14);
      byte[] wanted = ramNow();
      try (RamSealer.Frozen frozen = sealer.freeze()) {
        assertThat(frozen.sizeBytes()).isEqualTo(4L * 4096);
        guest.write(0, 100, 21);
        guest.write(0, 200_000, 22);
        guest.write(1, CHUNK, 23);
        sealer.sealFrozen(frozen);
      }
      // Three chunks at first, one more came into being, and none was left behind.
      assertThat(batch.commit().added()).isEqualTo(5);
      assertThat(sealed(sealer)).isEqualTo(wanted);
    }
  }

  @Test
  void chunkThatBecameZeroCostsNothing() throws Exception {
    try (Batch batch = store.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, null);
      sealer.sealAhead();
      guest.write(1, CHUNK + 5L, 0);
      try (RamSealer.Frozen frozen = sealer.freeze()) {
        sealer.sealFrozen(frozen);
      }
      assertThat(sealer.id(4)).isNull();
      assertThat(batch.commit().added()).isEqualTo(2);
    }
  }

  @Test
  void secondSealLooksAtWhatWasWrittenOnly() throws Exception {
    try (Batch batch = store.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, null);
      assertThat(sealer.sealAhead()).isEqualTo(5L * CHUNK);
      assertThat(sealer.sealAhead()).isZero();
      guest.write(0, CHUNK, 3);
      assertThat(sealer.sealAhead()).isEqualTo(CHUNK);
      byte[] wanted = ramNow();
      sealer.sealStopped();
      batch.commit();
      assertThat(sealed(sealer)).isEqualTo(wanted);
    }
  }

  /** All of RAM as a spore has it, with {@code changed} chunks to be looked at again. */
  private Baseline baseline(int... changed) throws Exception {
    MemoryIndexWriter index = MemoryIndexWriter.zero(5L * CHUNK);
    try (Batch batch = store.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, null);
      sealer.sealStopped();
      batch.commit();
      for (int chunk = 0; chunk < ram.chunks(); chunk++) {
        index.set(chunk, sealer.id(chunk));
      }
    }
    BitSet chunks = new BitSet();
    IntStream.of(changed).forEach(chunks::set);
    MemoryIndex parsed = MemoryIndex.open(MemorySegment.ofArray(index.toBytes()));
    return new Baseline(store, parsed, () -> chunks);
  }

  @Test
  void whatHasNotChangedSinceTheBaselineIsNotLookedAt() throws Exception {
    Baseline baseline = baseline(1);
    byte[] wanted = ramNow();
    guest.write(0, 0, 77);
    guest.write(1, 0, 78);
    guest.write(0, CHUNK, 79);
    wanted[CHUNK] = 79;
    ChunkStore next = ChunkStore.create(store.root().resolveSibling("next"));
    try (Batch batch = next.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, baseline);
      sealer.sealStopped();
      assertThat(sealer.seenBytes()).isEqualTo(CHUNK);
      batch.commit();
      assertThat(sealed(next, sealer)).isEqualTo(wanted);
    }
  }

  @Test
  void aRunningGuestIsSealedFromItsBaselineAsOfTheFreeze() throws Exception {
    Baseline baseline = baseline(4);
    guest.write(1, CHUNK + 7L, 5);
    try (Batch batch = store.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, baseline);
      assertThat(sealer.sealAhead()).isEqualTo(CHUNK);
      guest.write(0, 3, 6);
      byte[] wanted = ramNow();
      try (RamSealer.Frozen frozen = sealer.freeze()) {
        guest.write(0, 4, 7);
        sealer.sealFrozen(frozen);
      }
      batch.commit();
      assertThat(sealed(sealer)).isEqualTo(wanted);
    }
  }

  @Test
  void chunksTheBaselineHasLostAreLookedAtAgain() throws Exception {
    Baseline baseline = baseline();
    Files.delete(store.path(baseline.index().id(0).orElseThrow()));
    Files.write(store.path(baseline.index().id(4).orElseThrow()), new byte[1]);
    ChunkStore next = ChunkStore.create(store.root().resolveSibling("next"));
    try (Batch batch = next.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, baseline);
      sealer.sealStopped();
      assertThat(sealer.seenBytes()).isEqualTo(2L * CHUNK);
      batch.commit();
      assertThat(sealed(next, sealer)).isEqualTo(ramNow());
    }
  }

  @Test
  void freezingNeedsASealAhead() {
    try (Batch batch = store.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, null);
      assertThatThrownBy(sealer::freeze).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void guestThatWritesAllTheWhileIsSealedAsOfTheFreeze() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Object barrier = new Object();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              Random random = new Random(9);
              while (!stop.get()) {
                synchronized (barrier) {
                  for (int i = 0; i < 64; i++) {
                    guest.write(0, random.nextInt(3 * CHUNK), random.nextInt());
                  }
                }
              }
            });
    try (Batch batch = store.batch()) {
      RamSealer sealer = new RamSealer(ram, dirt, batch, null);
      for (int round = 0; round < 3; round++) {
        sealer.sealAhead();
        byte[] wanted;
        RamSealer.Frozen frozen;
        synchronized (barrier) {
          wanted = ramNow();
          frozen = sealer.freeze();
        }
        try (frozen) {
          sealer.sealFrozen(frozen);
        }
        byte[] found = new byte[5 * CHUNK];
        for (int chunk = 0; chunk < 5; chunk++) {
          ChunkId id = sealer.id(chunk);
          if (id != null) {
            batch.read(id, MemorySegment.ofArray(found).asSlice((long) chunk * CHUNK, CHUNK));
          }
        }
        assertThat(found).isEqualTo(wanted);
      }
    } finally {
      stop.set(true);
      writer.join();
    }
  }

  @Test
  void regionOfNoWholeChunksIsRefused() {
    GuestMemory odd = GuestMemory.ofSingle(arena.allocate(4096, 4096));
    assertThatThrownBy(() -> new RamView(odd)).isInstanceOf(IllegalArgumentException.class);
  }
}

package dev.spore.vmm.capture;

import dev.spore.cas.Batch;
import dev.spore.cas.ChunkId;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes RAM down as chunks of a {@link Batch}, in one of two ways.
 *
 * <p>A machine that goes on: {@link #sealAhead} while it runs, again until little is left; then it
 * is stopped, {@link #freeze} copies the pages written since, it goes on, and {@link #sealFrozen}
 * corrects the chunks those pages belong to. A machine that ends: stopped, {@link #sealStopped}.
 *
 * <p>One thread at a time calls it.
 */
public final class RamSealer {
  private final RamView ram;
  private final RamDirt dirt;
  private final Batch batch;
  private final @Nullable Baseline baseline;

  /** Id of each chunk as it was last sealed; null: all zero. */
  private final AtomicReferenceArray<@Nullable ChunkId> ids;

  /** Chunks looked at. */
  private final LongAdder seen = new LongAdder();

  /** Whether {@link #ids} holds what RAM held when {@link #dirt} was last asked. */
  private boolean complete;

  /**
   * Begins to seal RAM.
   *
   * @param baseline what is known of it, or null
   */
  public RamSealer(RamView ram, RamDirt dirt, Batch batch, @Nullable Baseline baseline) {
    this.baseline = baseline;
    this.ram = ram;
    this.dirt = dirt;
    this.batch = batch;
    this.ids = new AtomicReferenceArray<>(Math.toIntExact(ram.chunks()));
  }

  /**
   * Seals what was written since the last time, at first since the baseline, while the guest runs.
   *
   * @return bytes of the chunks looked at
   */
  public long sealAhead() throws InterruptedException {
    if (!dirt.isStarted()) {
      dirt.start();
    }
    long[] chunks = pending();
    complete = false;
    // The guest may write meanwhile: what is hashed and stored has to be one and the same copy.
    ChunkWorkers.run(chunks, (chunk, buffer) -> seal(chunk, buffer.copyFrom(ram.chunk(chunk))));
    complete = true;
    return chunks.length * (long) RamView.CHUNK_BYTES;
  }

  /** Copies the pages written since the last seal; the guest is stopped. */
  public Frozen freeze() {
    if (!complete) {
      throw new IllegalStateException("RAM has not been sealed ahead");
    }
    return new Frozen(PageCopies.of(ram, dirt.collect()));
  }

  /** Seals what {@code frozen} holds; the guest may run. */
  public void sealFrozen(Frozen frozen) throws InterruptedException {
    complete = false;
    ChunkWorkers.run(
        frozen.copies.chunks(),
        (chunk, buffer) -> {
          ChunkId old = ids.get((int) chunk);
          if (old == null) {
            buffer.fill((byte) 0);
          } else {
            batch.read(old, buffer);
          }
          frozen.copies.overlay(chunk, buffer);
          seal(chunk, buffer);
        });
    complete = true;
  }

  /** Seals what was written since the last seal or the baseline; the guest is stopped. */
  public void sealStopped() throws InterruptedException {
    long[] chunks = pending();
    complete = false;
    ChunkWorkers.run(chunks, (chunk, buffer) -> seal(chunk, ram.chunk(chunk)));
    complete = true;
  }

  private long[] pending() {
    if (complete && dirt.isStarted()) {
      return dirt.collectChunks().stream().asLongStream().toArray();
    }
    Baseline known = baseline;
    if (known == null) {
      return LongStream.range(0, ram.chunks()).toArray();
    }
    BitSet changed = known.changed().get();
    return LongStream.range(0, ram.chunks())
        .filter(chunk -> changed.get((int) chunk) || !carryOver(known, chunk))
        .toArray();
  }

  /** Takes an unchanged chunk as it is in the baseline; false if that has lost it. */
  private boolean carryOver(Baseline known, long chunk) {
    ChunkId id = known.index().id(chunk).orElse(null);
    if (id != null) {
      if (!known.chunks().contains(id, RamView.CHUNK_BYTES)) {
        return false;
      }
      batch.link(known.chunks(), id, RamView.CHUNK_BYTES);
    }
    ids.set((int) chunk, id);
    return true;
  }

  private void seal(long chunk, MemorySegment bytes) {
    seen.increment();
    ChunkId id = batch.put(bytes, baseline == null ? null : baseline.chunks()).orElse(null);
    ChunkId old = ids.getAndSet((int) chunk, id);
    if (old != null) {
      batch.withdraw(old);
    }
  }

  /** Bytes of RAM looked at so far, chunks that were looked at twice counted twice. */
  public long seenBytes() {
    return seen.sum() * RamView.CHUNK_BYTES;
  }

  /** Id of a chunk as it was last sealed, or null if it is all zero. */
  public @Nullable ChunkId id(long chunk) {
    return ids.get(Math.toIntExact(chunk));
  }

  /** Pages copied aside by {@link #freeze}. */
  public static final class Frozen implements AutoCloseable {
    private final PageCopies copies;

    private Frozen(PageCopies copies) {
      this.copies = copies;
    }

    /** Bytes copied. */
    public long sizeBytes() {
      return copies.sizeBytes();
    }

    @Override
    public void close() {
      copies.close();
    }
  }
}

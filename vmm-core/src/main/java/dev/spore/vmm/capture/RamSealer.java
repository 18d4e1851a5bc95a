package dev.spore.vmm.capture;

import dev.spore.cas.Batch;
import dev.spore.cas.ChunkId;
import dev.spore.cas.ChunkStore;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
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
  private final @Nullable ChunkStore earlier;

  /** Id of each chunk as it was last sealed; null: all zero. */
  private final AtomicReferenceArray<@Nullable ChunkId> ids;

  /** Whether {@link #ids} holds what RAM held when {@link #dirt} was last asked. */
  private boolean complete;

  /**
   * Seals RAM nothing is known about.
   *
   * @param earlier where the machine was restored from, which still has the chunks that did not
   *     change; or null
   */
  public RamSealer(RamView ram, RamDirt dirt, Batch batch, @Nullable ChunkStore earlier) {
    this.earlier = earlier;
    this.ram = ram;
    this.dirt = dirt;
    this.batch = batch;
    this.ids = new AtomicReferenceArray<>(Math.toIntExact(ram.chunks()));
  }

  /**
   * Seals what was written since the last time, all of RAM at first, while the guest runs.
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

  /** Seals what was written since the last seal, all of RAM at first; the guest is stopped. */
  public void sealStopped() throws InterruptedException {
    long[] chunks = pending();
    complete = false;
    ChunkWorkers.run(chunks, (chunk, buffer) -> seal(chunk, ram.chunk(chunk)));
    complete = true;
  }

  private long[] pending() {
    if (!complete || !dirt.isStarted()) {
      return LongStream.range(0, ram.chunks()).toArray();
    }
    LongStream.Builder chunks = LongStream.builder();
    dirt.collect().forEachRun((first, count) -> chunks.add(first / RamView.CHUNK_PAGES));
    return chunks.build().distinct().toArray();
  }

  private void seal(long chunk, MemorySegment bytes) {
    ChunkId id = batch.put(bytes, earlier).orElse(null);
    ChunkId old = ids.getAndSet((int) chunk, id);
    if (old != null) {
      batch.withdraw(old);
    }
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

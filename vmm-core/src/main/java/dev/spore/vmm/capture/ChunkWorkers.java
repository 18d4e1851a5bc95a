package dev.spore.vmm.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Chunks worked on side by side, one thread a processor, each with a buffer of its own. */
final class ChunkWorkers {
  /** What is done with one chunk. */
  interface Work {
    /**
     * Does it, on any of the threads.
     *
     * @param chunk its number
     * @param buffer of one chunk's size, holding anything
     */
    void accept(long chunk, MemorySegment buffer);
  }

  private ChunkWorkers() {}

  /** Does {@code work} for each of {@code chunks}; the first failure ends it and is thrown. */
  static void run(long[] chunks, Work work) throws InterruptedException {
    int count = Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), chunks.length));
    AtomicLong next = new AtomicLong();
    AtomicBoolean failed = new AtomicBoolean();
    Runnable loop =
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(RamView.CHUNK_BYTES, 64);
            for (long i = next.getAndIncrement();
                i < chunks.length && !failed.get();
                i = next.getAndIncrement()) {
              work.accept(chunks[(int) i], buffer);
            }
          } catch (RuntimeException | Error e) {
            failed.set(true);
            throw e;
          }
        };
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("seal-", 0).factory())) {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ends.add(threads.submit(loop));
      }
      join(ends);
    }
  }

  private static void join(List<Future<?>> ends) throws InterruptedException {
    RuntimeException failure = null;
    for (Future<?> end : ends) {
      try {
        end.get();
      } catch (ExecutionException e) {
        if (failure != null) {
          failure.addSuppressed(e.getCause());
        } else if (e.getCause() instanceof RuntimeException cause) {
          failure = cause;
        } else {
          failure = new IllegalStateException("sealing failed", e.getCause());
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}

package dev.spore.vmm.ram;

import dev.spore.cas.ChunkException;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** The same for every chunk of RAM, on as many threads as there are processors. */
final class ChunkWork {
  private ChunkWork() {}

  /**
   * Runs until every chunk is done or one has failed.
   *
   * @param count chunks 0 to count - 1, handed out in this order
   * @param worker makes what one thread does with a chunk
   * @throws SporeException operation.canceled when interrupted; else what a worker threw, a {@link
   *     ChunkException} by {@link #failure}
   */
  static void run(int count, Supplier<IntConsumer> worker) {
    int threads = Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), count));
    AtomicInteger next = new AtomicInteger();
    Runnable loop =
        () -> {
          IntConsumer work = worker.get();
          for (int chunk = next.getAndIncrement(); chunk < count; chunk = next.getAndIncrement()) {
            try {
              work.accept(chunk);
            } catch (RuntimeException | Error e) {
              next.set(count);
              throw e;
            }
          }
        };
    List<Future<?>> ends = new ArrayList<>();
    try (ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("ram-load-", 0).factory())) {
      for (int i = 0; i < threads; i++) {
        ends.add(pool.submit(loop));
      }
      ends.forEach(ChunkWork::join);
    }
  }

  private static void join(Future<?> end) {
    try {
      end.get();
    } catch (InterruptedException e) {
      // Closing the pool sees the flag and interrupts the workers.
      Thread.currentThread().interrupt();
      throw new SporeException(
          ErrorCode.OPERATION_CANCELED, "reading the guest's memory was interrupted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case ChunkException bad -> throw failure(bad);
        case RuntimeException other -> throw other;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException("no worker throws this", e);
      }
    }
  }

  /** What a user hears of a chunk that cannot be had. */
  static SporeException failure(ChunkException bad) {
    ErrorCode code =
        switch (bad.kind()) {
          case MISSING, WRONG_LENGTH, CORRUPT -> ErrorCode.OBJECT_INVALID;
          case BUSY, IO -> ErrorCode.CACHE_UNAVAILABLE;
        };
    return new SporeException(code, "guest memory: " + bad.getMessage(), bad);
  }
}

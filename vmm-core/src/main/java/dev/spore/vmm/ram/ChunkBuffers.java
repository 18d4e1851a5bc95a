package dev.spore.vmm.ram;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/** A few buffers of one chunk each, made when first needed. Thread-safe. */
final class ChunkBuffers {
  private final Semaphore free;
  private final ConcurrentLinkedQueue<MemorySegment> made = new ConcurrentLinkedQueue<>();

  ChunkBuffers(int count) {
    free = new Semaphore(count, true);
  }

  /** Waits for a buffer, which holds anything. */
  MemorySegment take() {
    free.acquireUninterruptibly();
    MemorySegment buffer = made.poll();
    if (buffer != null) {
      return buffer;
    }
    boolean allocated = false;
    try {
      buffer = Arena.ofAuto().allocate(RamImage.CHUNK_BYTES, 4096);
      allocated = true;
      return buffer;
    } finally {
      if (!allocated) {
        free.release();
      }
    }
  }

  void give(MemorySegment buffer) {
    made.add(buffer);
    free.release();
  }
}

package dev.spore.vmm.snapshot;

import dev.spore.cas.ChunkException;
import dev.spore.cas.ChunkId;
import dev.spore.format.index.MemoryIndex;
import dev.spore.vmm.SporeException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Reads every chunk a spore names, each once, and proves it. */
public final class SporeCheck {
  private SporeCheck() {}

  /**
   * The chunks a spore consists of, each once, and their lengths in bytes.
   *
   * @throws SporeException object.invalid naming an index that is damaged
   */
  public static Map<ChunkId, Integer> chunks(Spore spore) {
    return SporeContents.of(spore).chunks();
  }

  /**
   * Proves all of {@code spore}; the indexes first.
   *
   * @param proven called after each chunk, by several threads
   * @throws SporeException object.invalid naming the first file, in the order of the index, that is
   *     not as it was written
   */
  public static void verify(Spore spore, Runnable proven) {
    Queue<MemorySegment> buffers = new ConcurrentLinkedQueue<>();
    try (Arena arena = Arena.ofShared()) {
      Optional<ChunkException> first =
          List.copyOf(chunks(spore).entrySet()).parallelStream()
              .map(chunk -> {
                MemorySegment free = buffers.poll();
                MemorySegment buffer =
                    free == null ? arena.allocate(MemoryIndex.CHUNK_BYTES) : free;
                ChunkException failure =
                    failure(spore, chunk.getKey(), buffer.asSlice(0, chunk.getValue()));
                buffers.add(buffer);
                proven.run();
                return Optional.ofNullable(failure);
              })
              .flatMap(Optional::stream)
              .findFirst();
      if (first.isPresent()) {
        throw Spore.unusable(first.get());
      }
    }
  }

  private static @Nullable ChunkException failure(Spore spore, ChunkId id, MemorySegment buffer) {
    try {
      spore.chunks().read(id, buffer);
      return null;
    } catch (ChunkException e) {
      return e;
    }
  }
}

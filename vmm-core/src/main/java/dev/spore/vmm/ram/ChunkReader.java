package dev.spore.vmm.ram;

import dev.spore.cas.ChunkId;
import java.lang.foreign.MemorySegment;

/** Where the chunks of a spore are read from; any number of threads at once. */
@FunctionalInterface
public interface ChunkReader {
  /**
   * Fills {@code target}, which nobody else looks at meanwhile, with the bytes whose hash is {@code
   * id}: proven, as {@link dev.spore.cas.ChunkStore#read} does.
   *
   * @param target 2 MiB
   * @throws dev.spore.cas.ChunkException if there are no such bytes
   */
  void read(ChunkId id, MemorySegment target);
}

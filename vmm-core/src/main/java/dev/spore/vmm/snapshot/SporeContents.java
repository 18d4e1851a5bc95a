package dev.spore.vmm.snapshot;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.index.DiskIndex;
import dev.spore.format.index.MemoryIndex;
import dev.spore.format.manifest.DiskImage;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * All that a spore is made of beside its manifest, as its indexes name it; they are proven.
 *
 * @param indexes content of each index file, by its name; that of RAM first
 * @param chunks length in bytes of each chunk, in the order in which the indexes name them
 */
record SporeContents(Map<String, byte[]> indexes, Map<ChunkId, Integer> chunks) {
  SporeContents {
    indexes = Collections.unmodifiableMap(indexes);
    chunks = Collections.unmodifiableMap(chunks);
  }

  /**
   * Reads the indexes again: their files may have changed since the spore was opened.
   *
   * @throws dev.spore.vmm.SporeException object.invalid naming the file
   */
  static SporeContents of(Spore spore) {
    Map<String, byte[]> indexes = new LinkedHashMap<>();
    Map<ChunkId, Integer> chunks = new LinkedHashMap<>();
    Path memoryFile = SporeFile.INDEX.in(spore.directory());
    byte[] memory = SporeFile.INDEX.read(spore.directory());
    indexes.put(MemoryIndex.FILE, memory);
    addMemory(proven(memoryFile, memory, spore.manifest().memory()::openIndex), chunks);
    for (DiskImage disk : spore.manifest().disks()) {
      if (disk.index() != null) {
        byte[] bytes = spore.readDiskIndex(disk);
        indexes.put(disk.indexFile(), bytes);
        Path file = spore.directory().resolve(disk.indexFile());
        addDisk(proven(file, bytes, disk::openIndex), chunks);
      }
    }
    return new SporeContents(indexes, chunks);
  }

  private static <T> T proven(Path file, byte[] bytes, Function<MemorySegment, T> open) {
    try {
      return open.apply(MemorySegment.ofArray(bytes));
    } catch (FormatException e) {
      throw Spore.refused(file, e);
    }
  }

  private static void addMemory(MemoryIndex index, Map<ChunkId, Integer> chunks) {
    for (long chunk = 0; chunk < index.chunks(); chunk++) {
      index.id(chunk).ifPresent(id -> chunks.putIfAbsent(id, MemoryIndex.CHUNK_BYTES));
    }
  }

  private static void addDisk(DiskIndex index, Map<ChunkId, Integer> chunks) {
    for (long run = 0; run < index.runs(); run++) {
      long first = index.runStart(run);
      for (long chunk = first; chunk < first + index.runLength(run); chunk++) {
        long left = index.diskBytes() - chunk * DiskIndex.CHUNK_BYTES;
        int length = (int) Math.min(DiskIndex.CHUNK_BYTES, left);
        chunks.putIfAbsent(index.id(chunk).orElseThrow(), length);
      }
    }
  }
}

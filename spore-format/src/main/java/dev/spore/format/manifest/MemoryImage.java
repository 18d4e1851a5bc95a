package dev.spore.format.manifest;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import dev.spore.format.index.MemoryIndex;
import java.lang.foreign.MemorySegment;

/**
 * The guest's RAM, through its index.
 *
 * @param sizeBytes a positive multiple of the chunk size
 * @param chunkBytes 2 MiB in this format
 * @param zeroChunks chunks that hold nothing but zeroes
 * @param dataChunks the others
 * @param index BLAKE3-256 of the file memory.index
 */
public record MemoryImage(
    long sizeBytes, long chunkBytes, long zeroChunks, long dataChunks, ChunkId index) {
  public MemoryImage {
    Check.range("size_bytes", sizeBytes, 1, FormatLimits.MEMORY_BYTES_MAX);
    Check.range("chunk_bytes", chunkBytes, MemoryIndex.CHUNK_BYTES, MemoryIndex.CHUNK_BYTES);
    long chunks = sizeBytes / chunkBytes;
    Check.that(sizeBytes % chunkBytes == 0, "size_bytes is no multiple of the chunk size");
    Check.range("zero_chunks", zeroChunks, 0, chunks);
    Check.range("data_chunks", dataChunks, chunks - zeroChunks, chunks - zeroChunks);
  }

  /**
   * The index in {@code file}, if it is the one meant here. Reads all of it.
   *
   * @throws FormatException if it is another file, or does not agree with this
   */
  public MemoryIndex openIndex(MemorySegment file) {
    Ids.require(MemoryIndex.FILE, file, index);
    MemoryIndex opened = MemoryIndex.open(file);
    if (opened.memoryBytes() != sizeBytes || opened.zeroChunks() != zeroChunks) {
      throw new FormatException(
          Code.INVALID,
          MemoryIndex.FILE,
          "has %d bytes of RAM and %d zero chunks; the manifest says %d and %d"
              .formatted(opened.memoryBytes(), opened.zeroChunks(), sizeBytes, zeroChunks));
    }
    return opened;
  }
}

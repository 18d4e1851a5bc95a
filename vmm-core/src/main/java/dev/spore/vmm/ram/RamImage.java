package dev.spore.vmm.ram;

import dev.spore.cas.ChunkId;
import dev.spore.format.index.MemoryIndex;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.boot.RamLayout;
import java.util.Optional;

/**
 * The RAM of a spore.
 *
 * @param layout where it lies
 * @param index what it holds; its digest has been checked
 * @param digest of the file the index was read from: names this very RAM
 * @param dataChunks how many chunks are not zero, as the manifest says
 * @param chunks reads them
 * @param places where their files are, if a file that was damaged matters although it is not read;
 *     empty if it does not
 */
public record RamImage(
    RamLayout layout,
    MemoryIndex index,
    ChunkId digest,
    long dataChunks,
    ChunkReader chunks,
    Optional<ChunkPlaces> places) {
  /** Bytes of a chunk. */
  static final int CHUNK_BYTES = MemoryIndex.CHUNK_BYTES;

  /**
   * Checks that index and layout are of the same size.
   *
   * @throws SporeException object.invalid if the index is of RAM of another size
   */
  public RamImage {
    long laidOut = layout.regions().stream().mapToLong(RamLayout.Region::sizeBytes).sum();
    if (laidOut != index.memoryBytes()) {
      throw new SporeException(
          ErrorCode.OBJECT_INVALID,
          "%s is of %d bytes of RAM, the machine has %d; the spore is damaged: save it again"
              .formatted(MemoryIndex.FILE, index.memoryBytes(), laidOut));
    }
  }

  long sizeBytes() {
    return index.memoryBytes();
  }
}

package dev.spore.vmm.capture;

import dev.spore.virtio.memory.GuestMemory;
import java.lang.foreign.MemorySegment;

/**
 * Guest RAM as one run of 2 MiB chunks: the regions one after the other, the hole between them left
 * out.
 */
public final class RamView {
  /** Bytes of a chunk. */
  public static final int CHUNK_BYTES = 2 << 20;

  /** Pages of a chunk. */
  static final int CHUNK_PAGES = CHUNK_BYTES / GuestMemory.PAGE_BYTES;

  private final GuestMemory memory;
  private final long[] firstChunks;
  private final long chunks;

  /**
   * The chunks of {@code memory}.
   *
   * @throws IllegalArgumentException if a region is not made of whole chunks
   */
  public RamView(GuestMemory memory) {
    this.memory = memory;
    this.firstChunks = new long[memory.regions().size()];
    long count = 0;
    for (int i = 0; i < firstChunks.length; i++) {
      firstChunks[i] = count;
      long size = memory.regions().get(i).bytes().byteSize();
      if (size % CHUNK_BYTES != 0) {
        throw new IllegalArgumentException("a region of %d bytes".formatted(size));
      }
      count += size / CHUNK_BYTES;
    }
    this.chunks = count;
  }

  /** How many chunks there are. */
  public long chunks() {
    return chunks;
  }

  GuestMemory memory() {
    return memory;
  }

  /** First chunk of a region. */
  long firstChunk(int region) {
    return firstChunks[region];
  }

  /** The bytes of a chunk, made present if they are not. Read-only. */
  MemorySegment chunk(long chunk) {
    return bytes(chunk * CHUNK_BYTES, CHUNK_BYTES);
  }

  private int region(long chunk) {
    int region = firstChunks.length - 1;
    while (firstChunks[region] > chunk) {
      region--;
    }
    return region;
  }

  /** Bytes inside one region, made present if they are not. Read-only. */
  MemorySegment bytes(long offset, int lengthBytes) {
    int region = region(offset / CHUNK_BYTES);
    long gpa = memory.regions().get(region).gpa() + offset - firstChunks[region] * CHUNK_BYTES;
    return MemorySegment.ofBuffer(memory.readable(gpa, lengthBytes));
  }
}

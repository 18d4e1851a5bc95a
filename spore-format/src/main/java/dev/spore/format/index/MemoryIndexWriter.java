package dev.spore.format.index;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link MemoryIndex}. Several threads may set different chunks at once; whoever takes the
 * bytes must know that they are done.
 */
public final class MemoryIndexWriter {
  private final byte[] bytes;
  private final int chunks;

  private MemoryIndexWriter(byte[] bytes, int chunks) {
    this.bytes = bytes;
    this.chunks = chunks;
  }

  /**
   * An index of RAM that is all zero.
   *
   * @param memoryBytes a positive multiple of 2 MiB, at most {@link FormatLimits#MEMORY_BYTES_MAX}
   */
  public static MemoryIndexWriter zero(long memoryBytes) {
    if (memoryBytes <= 0
        || memoryBytes > FormatLimits.MEMORY_BYTES_MAX
        || memoryBytes % MemoryIndex.CHUNK_BYTES != 0) {
      throw new IllegalArgumentException("no RAM size of this format: " + memoryBytes);
    }
    int chunks = (int) (memoryBytes / MemoryIndex.CHUNK_BYTES);
    ByteBuffer header =
        ByteBuffer.allocate((int) MemoryIndex.sizeBytes(chunks)).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(MemoryIndex.MAGIC);
    header.putInt(MemoryIndex.VERSION);
    header.putInt(MemoryIndex.CHUNK_BYTES);
    header.putLong(memoryBytes);
    header.putLong(chunks);
    return new MemoryIndexWriter(header.array(), chunks);
  }

  /** A copy of {@code index} to be changed: what is not set again stays. */
  public static MemoryIndexWriter copyOf(MemoryIndex index) {
    MemoryIndexWriter writer = zero(index.memoryBytes());
    for (int chunk = 0; chunk < writer.chunks; chunk++) {
      writer.set(chunk, index.id(chunk).orElse(null));
    }
    return writer;
  }

  /**
   * Names the content of a chunk.
   *
   * @param id null if it holds nothing but zeroes
   */
  public void set(long chunk, @Nullable ChunkId id) {
    if (chunk < 0 || chunk >= chunks) {
      throw new IndexOutOfBoundsException("chunk %d of %d".formatted(chunk, chunks));
    }
    byte[] value = id == null ? new byte[ChunkId.BYTES] : id.toBytes();
    int at = MemoryIndex.HEADER_BYTES + (int) chunk * ChunkId.BYTES;
    System.arraycopy(value, 0, bytes, at, ChunkId.BYTES);
  }

  /** The file. */
  public byte[] toBytes() {
    return bytes.clone();
  }
}

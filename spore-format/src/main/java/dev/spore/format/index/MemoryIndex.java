package dev.spore.format.index;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import dev.spore.format.FormatLimits;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The file {@code memory.index}: one id for each 2 MiB of guest RAM, regions one after the other.
 *
 * <pre>
 *  0  8  "SPOREMEM"
 *  8  4  version, 1
 * 12  4  chunk size in bytes, 2097152
 * 16  8  RAM in bytes, a multiple of the chunk size
 * 24  8  number of chunks
 * 32 32  zero
 * 64 32  id of chunk 0: BLAKE3-256 of its bytes, or all zero for a chunk of zeroes
 * 96 32  id of chunk 1, and so on to the end of the file
 * </pre>
 *
 * <p>Opening reads the header alone. The digest of the file in the manifest is the authority for
 * the ids; the one who opens the index checks it. Thread-safe while the segment is alive.
 */
public final class MemoryIndex {
  /** Name of the file in a spore's directory. */
  public static final String FILE = "memory.index";

  /** Bytes of RAM each id stands for. */
  public static final int CHUNK_BYTES = 2 << 20;

  static final long MAGIC = 0x4d45_4d45_524f_5053L;
  static final int VERSION = 1;
  static final int HEADER_BYTES = 64;
  static final int MEMORY_BYTES_AT = 16;
  static final int CHUNKS_AT = 24;
  private static final int RESERVED_AT = 32;
  private static final int RESERVED_BYTES = 32;

  private final IndexBytes bytes;
  private final long chunks;

  private MemoryIndex(IndexBytes bytes, long chunks) {
    this.bytes = bytes;
    this.chunks = chunks;
  }

  /**
   * The index in {@code file}, which is read in place and must not change.
   *
   * @throws FormatException if header and size are not those of an index
   */
  public static MemoryIndex open(MemorySegment file) {
    IndexBytes bytes = new IndexBytes(FILE, file);
    bytes.requireStart(MAGIC, VERSION, CHUNK_BYTES, HEADER_BYTES);
    long memoryBytes = bytes.u64(MEMORY_BYTES_AT);
    bytes.require(
        memoryBytes > 0 && memoryBytes <= FormatLimits.MEMORY_BYTES_MAX,
        Code.TOO_LARGE,
        "is of a RAM size that is none",
        memoryBytes);
    long chunks = memoryBytes / CHUNK_BYTES;
    bytes.require(
        memoryBytes % CHUNK_BYTES == 0 && bytes.u64(CHUNKS_AT) == chunks,
        Code.INVALID,
        "has a number of chunks that does not fit its RAM");
    bytes.require(
        bytes.isZero(RESERVED_AT, RESERVED_BYTES), Code.INVALID, "has reserved bytes in use");
    bytes.requireSize(sizeBytes(chunks));
    return new MemoryIndex(bytes, chunks);
  }

  /** Bytes of an index of {@code chunks} chunks. */
  static long sizeBytes(long chunks) {
    return HEADER_BYTES + chunks * ChunkId.BYTES;
  }

  /** RAM it covers, bytes. */
  public long memoryBytes() {
    return chunks * CHUNK_BYTES;
  }

  /** How many chunks there are. */
  public long chunks() {
    return chunks;
  }

  /** Whether chunk {@code chunk} holds nothing but zeroes. */
  public boolean isZero(long chunk) {
    return bytes.isZero(at(chunk), ChunkId.BYTES);
  }

  /** The id of chunk {@code chunk}, or empty if it holds nothing but zeroes. */
  public Optional<ChunkId> id(long chunk) {
    return isZero(chunk) ? Optional.empty() : Optional.of(bytes.id(at(chunk)));
  }

  /** Chunks that hold nothing but zeroes; reads the whole index. */
  public long zeroChunks() {
    long zero = 0;
    for (long chunk = 0; chunk < chunks; chunk++) {
      if (isZero(chunk)) {
        zero++;
      }
    }
    return zero;
  }

  private long at(long chunk) {
    if (chunk < 0 || chunk >= chunks) {
      throw new IndexOutOfBoundsException("chunk %d of %d".formatted(chunk, chunks));
    }
    return HEADER_BYTES + chunk * ChunkId.BYTES;
  }
}

package dev.spore.format.index;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import dev.spore.format.FormatLimits;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The index of a disk: ids of the 64 KiB chunks that are not zero.
 *
 * <pre>
 *  0  8  "SPOREDSK"
 *  8  4  version, 1
 * 12  4  chunk size in bytes, 65536
 * 16  8  disk size in bytes
 * 24  8  number of data chunks, D
 * 32  8  number of runs, R
 * 40 24  zero
 * 64     R runs of 16 bytes: first chunk (8), number of data chunks in all runs before it (8)
 *        D ids of 32 bytes, in order of their chunks: BLAKE3-256 of a chunk's bytes
 * </pre>
 *
 * <p>A run is a row of neighbouring data chunks; it ends where its number of ids does. Runs are in
 * rising order and never touch, no run is empty, and no id is all zero, so that a disk has one
 * index. The last chunk of a disk may be short.
 *
 * <p>Why runs: a disk image of 1 TiB has 16 million chunks, of which a fresh one uses a few
 * hundred. A flat table would be 512 MiB, and a table of tables still 8 bytes for each MiB of disk,
 * whereas runs cost in proportion to the data whatever the disk's size, at most 48 bytes a data
 * chunk. Looking a chunk up is a binary search through runs that are packed together: a disk of ten
 * thousand runs keeps them in 160 KiB.
 *
 * <p>Opening checks all of it, once, in the order in which it lies. The digest of the file in the
 * manifest is the authority for the ids. Thread-safe while the segment is alive.
 */
public final class DiskIndex {
  /** Bytes of disk each id stands for. */
  public static final int CHUNK_BYTES = 64 << 10;

  static final long MAGIC = 0x4b53_4445_524f_5053L;
  static final int VERSION = 1;
  static final int HEADER_BYTES = 64;
  static final int RUN_BYTES = 16;
  static final int DISK_BYTES_AT = 16;
  static final int DATA_CHUNKS_AT = 24;
  static final int RUNS_AT = 32;
  private static final int RESERVED_AT = 40;
  private static final int RESERVED_BYTES = 24;

  private final IndexBytes bytes;
  private final long diskBytes;
  private final long dataChunks;
  private final long runs;

  private DiskIndex(IndexBytes bytes, long diskBytes, long dataChunks, long runs) {
    this.bytes = bytes;
    this.diskBytes = diskBytes;
    this.dataChunks = dataChunks;
    this.runs = runs;
  }

  /**
   * The index in {@code file}, which is read in place and must not change.
   *
   * @param name what messages call it
   * @throws FormatException if it is not the one form of an index
   */
  public static DiskIndex open(String name, MemorySegment file) {
    IndexBytes bytes = new IndexBytes(name, file);
    bytes.requireStart(MAGIC, VERSION, CHUNK_BYTES, HEADER_BYTES);
    long diskBytes = bytes.u64(DISK_BYTES_AT);
    long dataChunks = bytes.u64(DATA_CHUNKS_AT);
    long runs = bytes.u64(RUNS_AT);
    bytes.require(
        diskBytes > 0 && diskBytes <= FormatLimits.DISK_BYTES_MAX,
        Code.TOO_LARGE,
        "is of a disk size that is none",
        diskBytes);
    bytes.require(
        dataChunks >= 0 && dataChunks <= FormatLimits.DISK_DATA_CHUNKS_MAX,
        Code.TOO_LARGE,
        "has too many data chunks",
        dataChunks);
    bytes.require(runs >= 0 && runs <= dataChunks, Code.INVALID, "has more runs than data chunks");
    bytes.require(
        bytes.isZero(RESERVED_AT, RESERVED_BYTES), Code.INVALID, "has reserved bytes in use");
    bytes.requireSize(sizeBytes(dataChunks, runs));
    DiskIndex index = new DiskIndex(bytes, diskBytes, dataChunks, runs);
    index.checkRuns();
    index.checkIds();
    return index;
  }

  /** Bytes of an index. */
  static long sizeBytes(long dataChunks, long runs) {
    return HEADER_BYTES + runs * RUN_BYTES + dataChunks * ChunkId.BYTES;
  }

  /** How many chunks a disk of {@code diskBytes} has. */
  static long chunks(long diskBytes) {
    return (diskBytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
  }

  /** Size of the disk, bytes. */
  public long diskBytes() {
    return diskBytes;
  }

  /** How many chunks the disk has, zero or not. */
  public long chunks() {
    return chunks(diskBytes);
  }

  /** How many chunks are not zero. */
  public long dataChunks() {
    return dataChunks;
  }

  /** Rows of neighbouring data chunks. */
  public long runs() {
    return runs;
  }

  /** The first chunk of run {@code run}. */
  public long runStart(long run) {
    return bytes.u64(runAt(run));
  }

  /** How many chunks run {@code run} has, at least 1. */
  public long runLength(long run) {
    return idsBefore(run + 1) - idsBefore(run);
  }

  /** The id of chunk {@code chunk}, or empty if it holds nothing but zeroes. */
  public Optional<ChunkId> id(long chunk) {
    if (chunk < 0 || chunk >= chunks()) {
      throw new IndexOutOfBoundsException("chunk %d of %d".formatted(chunk, chunks()));
    }
    long run = lastRunFrom(chunk);
    if (run < 0 || chunk - runStart(run) >= runLength(run)) {
      return Optional.empty();
    }
    return Optional.of(bytes.id(idAt(idsBefore(run) + chunk - runStart(run))));
  }

  /** The last run that starts at or before {@code chunk}, or -1. */
  private long lastRunFrom(long chunk) {
    long low = 0;
    long high = runs;
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (runStart(middle) <= chunk) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  private void checkRuns() {
    long freeFrom = 0;
    long chunks = chunks();
    for (long run = 0; run < runs; run++) {
      long start = runStart(run);
      long before = bytes.u64(runAt(run) + Long.BYTES);
      long end = run + 1 < runs ? bytes.u64(runAt(run + 1) + Long.BYTES) : dataChunks;
      boolean counted =
          (run > 0 || before == 0) && before >= 0 && end > before && end <= dataChunks;
      boolean placed = start >= freeFrom && start < chunks && end - before <= chunks - start;
      bytes.require(counted && placed, Code.INVALID, "a run is not in its place", run);
      // One more than its end: a run that touched this one would be part of it.
      freeFrom = start + (end - before) + 1;
    }
    bytes.require(runs > 0 || dataChunks == 0, Code.INVALID, "has data chunks without a run");
  }

  private void checkIds() {
    for (long i = 0; i < dataChunks; i++) {
      bytes.require(
          !bytes.isZero(idAt(i), ChunkId.BYTES), Code.INVALID, "a data chunk has no id", i);
    }
  }

  private long idsBefore(long run) {
    return run == runs ? dataChunks : bytes.u64(runAt(run) + Long.BYTES);
  }

  private long runAt(long run) {
    if (run < 0 || run >= runs) {
      throw new IndexOutOfBoundsException("run %d of %d".formatted(run, runs));
    }
    return HEADER_BYTES + run * RUN_BYTES;
  }

  private long idAt(long number) {
    return HEADER_BYTES + runs * RUN_BYTES + number * ChunkId.BYTES;
  }
}

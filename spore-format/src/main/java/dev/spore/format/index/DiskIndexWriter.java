package dev.spore.format.index;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatLimits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds a {@link DiskIndex} from data chunks in rising order. Not thread-safe. */
public final class DiskIndexWriter {
  private static final byte[] NO_ID = new byte[ChunkId.BYTES];

  /** A row of neighbouring data chunks. */
  private record Run(long start, int idsBefore) {}

  private final long diskBytes;
  private final List<Run> runs = new ArrayList<>();
  private byte[] ids = new byte[64 * ChunkId.BYTES];
  private int dataChunks;
  private long last = -2;

  /**
   * @param diskBytes size of the disk, 1 to {@link FormatLimits#DISK_BYTES_MAX}
   */
  public DiskIndexWriter(long diskBytes) {
    if (diskBytes <= 0 || diskBytes > FormatLimits.DISK_BYTES_MAX) {
      throw new IllegalArgumentException("no disk size of this format: " + diskBytes);
    }
    this.diskBytes = diskBytes;
  }

  /**
   * Names the content of a chunk that is not all zero.
   *
   * @param chunk greater than any before
   */
  public void add(long chunk, ChunkId id) {
    if (chunk <= last || chunk < 0 || chunk >= DiskIndex.chunks(diskBytes)) {
      throw new IllegalArgumentException(
          "chunk %d after %d of a disk of %d bytes".formatted(chunk, last, diskBytes));
    }
    byte[] value = id.toBytes();
    if (Arrays.equals(value, NO_ID)) {
      throw new IllegalArgumentException("the id of zeroes is not written down");
    }
    if (dataChunks == FormatLimits.DISK_DATA_CHUNKS_MAX) {
      throw new IllegalArgumentException("more data chunks than an index may have");
    }
    if (chunk != last + 1) {
      runs.add(new Run(chunk, dataChunks));
    }
    int at = dataChunks * ChunkId.BYTES;
    if (at == ids.length) {
      ids = Arrays.copyOf(ids, 2 * at);
    }
    System.arraycopy(value, 0, ids, at, ChunkId.BYTES);
    dataChunks++;
    last = chunk;
  }

  /** The file. */
  public byte[] toBytes() {
    int size = (int) DiskIndex.sizeBytes(dataChunks, runs.size());
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(DiskIndex.MAGIC);
    out.putInt(DiskIndex.VERSION);
    out.putInt(DiskIndex.CHUNK_BYTES);
    out.putLong(diskBytes);
    out.putLong(dataChunks);
    out.putLong(runs.size());
    out.position(DiskIndex.HEADER_BYTES);
    for (Run run : runs) {
      out.putLong(run.start);
      out.putLong(run.idsBefore);
    }
    out.put(ids, 0, dataChunks * ChunkId.BYTES);
    return out.array();
  }
}

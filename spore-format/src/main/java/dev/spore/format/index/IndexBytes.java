package dev.spore.format.index;

import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Checked reading of a mapped index. */
final class IndexBytes {
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment bytes;

  IndexBytes(String file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes.asReadOnly();
  }

  long u32(long at) {
    return Integer.toUnsignedLong(bytes.get(U32, at));
  }

  /** 64 bits as they are: negative from 2^63. */
  long u64(long at) {
    return bytes.get(U64, at);
  }

  ChunkId id(long at) {
    return ChunkId.of(bytes.asSlice(at, ChunkId.BYTES).toArray(ValueLayout.JAVA_BYTE));
  }

  boolean isZero(long at, int size) {
    for (int i = 0; i < size; i += Long.BYTES) {
      if (u64(at + i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Checks what every index begins with: 8 bytes of magic, a version, a chunk size. */
  void requireStart(long magic, long version, long chunkBytes, long headerBytes) {
    require(bytes.byteSize() >= headerBytes, Code.TRUNCATED, "is shorter than its header");
    require(u64(0) == magic, Code.INVALID, "does not begin with its magic");
    require(
        u32(8) == version,
        Code.UNKNOWN_VERSION,
        "has another version than this spore reads",
        u32(8));
    require(u32(12) == chunkBytes, Code.INVALID, "has another chunk size", u32(12));
  }

  void requireSize(long size) {
    require(
        bytes.byteSize() == size,
        bytes.byteSize() < size ? Code.TRUNCATED : Code.INVALID,
        "has a size that does not fit its header",
        bytes.byteSize());
  }

  void require(boolean holds, Code code, String otherwise) {
    if (!holds) {
      throw new FormatException(code, file, otherwise);
    }
  }

  /**
   * @param found what the message ends with, unsigned
   */
  void require(boolean holds, Code code, String otherwise, long found) {
    if (!holds) {
      throw new FormatException(code, file, otherwise + ": " + Long.toUnsignedString(found));
    }
  }
}

package dev.spore.format.hint;

import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The file {@code working.set}: pages a guest touched soon after it went on, worth fetching before
 * it asks. Little-endian, unsigned:
 *
 * <pre>
 *  0 8  "SPOREWRK"
 *  8 4  version, 1
 * 12 4  number of ranges
 * 16 8  RAM in bytes
 * 24    ranges of 8 bytes: first page (4), number of pages (4)
 * </pre>
 *
 * @param memoryBytes RAM of the guest, a positive multiple of the page size
 * @param ranges in rising order, inside the RAM; two never touch
 */
public record WorkingSet(long memoryBytes, List<PageRange> ranges) {
  /** Name of the file in a spore's directory. */
  public static final String FILE = "working.set";

  /** Bytes of a page. */
  public static final int PAGE_BYTES = 4096;

  private static final long MAGIC = 0x4b52_5745_524f_5053L;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 24;
  private static final int RANGE_BYTES = 8;

  public WorkingSet {
    Check.range("memory_bytes", memoryBytes, 1, FormatLimits.MEMORY_BYTES_MAX);
    Check.that(memoryBytes % PAGE_BYTES == 0, "memory_bytes is not a multiple of 4096");
    ranges = Check.list("ranges", ranges, 0, FormatLimits.WORKING_SET_RANGES_MAX);
    long freeFrom = 0;
    for (PageRange range : ranges) {
      if (range.firstPage() < freeFrom || range.end() > memoryBytes / PAGE_BYTES) {
        throw Check.refusal(
            "%s overlaps or touches the one before, or is beyond RAM".formatted(range));
      }
      freeFrom = range.end() + 1;
    }
  }

  /**
   * Reads the file.
   *
   * @throws FormatException if {@code bytes} are anything but one
   */
  public static WorkingSet parse(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    require(bytes.length >= HEADER_BYTES, Code.TRUNCATED, "is shorter than its header");
    require(in.getLong() == MAGIC, Code.INVALID, "does not begin with its magic");
    int version = in.getInt();
    require(version == VERSION, Code.UNKNOWN_VERSION, "has a version other than " + VERSION);
    int count = in.getInt();
    require(
        count >= 0 && count <= FormatLimits.WORKING_SET_RANGES_MAX,
        Code.TOO_LARGE,
        "has too many ranges");
    long memoryBytes = in.getLong();
    require(
        in.remaining() == count * RANGE_BYTES,
        in.remaining() < count * RANGE_BYTES ? Code.TRUNCATED : Code.INVALID,
        "has a size that does not fit its number of ranges");
    try {
      return new WorkingSet(memoryBytes, readRanges(in, count));
    } catch (IllegalArgumentException e) {
      throw new FormatException(Code.INVALID, FILE, String.valueOf(e.getMessage()));
    }
  }

  /** The file. */
  public byte[] encode() {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER_BYTES + ranges.size() * RANGE_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(MAGIC);
    out.putInt(VERSION);
    out.putInt(ranges.size());
    out.putLong(memoryBytes);
    for (PageRange range : ranges) {
      out.putInt((int) range.firstPage());
      out.putInt((int) range.pages());
    }
    return out.array();
  }

  private static List<PageRange> readRanges(ByteBuffer in, int count) {
    List<PageRange> ranges = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long first = Integer.toUnsignedLong(in.getInt());
      ranges.add(new PageRange(first, Integer.toUnsignedLong(in.getInt())));
    }
    return ranges;
  }

  private static void require(boolean holds, Code code, String otherwise) {
    if (!holds) {
      throw new FormatException(code, FILE, otherwise);
    }
  }
}

package dev.spore.format.manifest;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import dev.spore.format.index.MemoryIndex;

/**
 * One contiguous piece of guest RAM.
 *
 * @param gpa guest physical address of its first byte, a multiple of 2 MiB below 2^52
 * @param sizeBytes a positive multiple of 2 MiB
 */
public record MemoryRegion(long gpa, long sizeBytes) {
  private static final long GPA_MAX = (1L << 52) - 1;

  public MemoryRegion {
    Check.range("gpa", gpa, 0, GPA_MAX);
    Check.range("size_bytes", sizeBytes, 1, FormatLimits.MEMORY_BYTES_MAX);
    Check.that(
        gpa % MemoryIndex.CHUNK_BYTES == 0 && sizeBytes % MemoryIndex.CHUNK_BYTES == 0,
        "gpa or size_bytes is not a multiple of 2 MiB");
  }

  /** First address after the region. */
  public long end() {
    return gpa + sizeBytes;
  }
}

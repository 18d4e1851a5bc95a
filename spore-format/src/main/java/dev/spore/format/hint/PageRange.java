package dev.spore.format.hint;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;

/**
 * Neighbouring 4 KiB pages of guest RAM, counted through all regions one after the other.
 *
 * @param firstPage from 0
 * @param pages at least 1
 */
public record PageRange(long firstPage, long pages) {
  /** Pages of the largest RAM. */
  static final long PAGES_MAX = FormatLimits.MEMORY_BYTES_MAX / WorkingSet.PAGE_BYTES;

  public PageRange {
    Check.range("first_page", firstPage, 0, PAGES_MAX - 1);
    Check.range("pages", pages, 1, PAGES_MAX - firstPage);
  }

  /** First page after the range. */
  public long end() {
    return firstPage + pages;
  }
}

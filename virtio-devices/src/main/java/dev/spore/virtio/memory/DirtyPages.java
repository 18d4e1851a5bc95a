package dev.spore.virtio.memory;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One bit per page of a region: set by whoever writes through {@link GuestMemory}, by any thread;
 * taken by a capture while no device and no vCPU thread is at work (see {@link GuestMemory} for
 * why).
 */
public final class DirtyPages {
  private final AtomicLongArray words;

  DirtyPages(long pages) {
    words = new AtomicLongArray(Math.toIntExact((pages + 63) / 64));
  }

  /** Marks the pages of {@code [offsetBytes, offsetBytes + lengthBytes)} as written. */
  void mark(long offsetBytes, long lengthBytes) {
    if (lengthBytes == 0) {
      return;
    }
    long last = (offsetBytes + lengthBytes - 1) / GuestMemory.PAGE_BYTES;
    for (long page = offsetBytes / GuestMemory.PAGE_BYTES; page <= last; page++) {
      int word = (int) (page >>> 6);
      long bit = 1L << page;
      // Most writes hit a page already marked: a plain read spares the cache line a write.
      if ((words.getPlain(word) & bit) == 0) {
        words.getAndAccumulate(word, bit, (old, set) -> old | set);
      }
    }
  }

  /** Returns and clears the 64 bits of word {@code index}; page {@code 64 * index} is bit 0. */
  public long take(int index) {
    return words.get(index) == 0 ? 0 : words.getAndSet(index, 0);
  }

  /** Number of 64-page words. */
  public int wordCount() {
    return words.length();
  }
}

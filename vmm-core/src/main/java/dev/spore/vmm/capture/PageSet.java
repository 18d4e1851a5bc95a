package dev.spore.vmm.capture;

/** A set of 4 KiB pages of a {@link RamView}, by number. Not thread-safe. */
final class PageSet {
  private final long[] words;

  PageSet(long pages) {
    words = new long[Math.toIntExact((pages + 63) / 64)];
  }

  /** Adds the pages of word {@code index}: bit 0 is page {@code 64 * index}. */
  void addWord(int index, long bits) {
    words[index] |= bits;
  }

  boolean isEmpty() {
    for (long word : words) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }

  /** How many pages there are. */
  long count() {
    long sum = 0;
    for (long word : words) {
      sum += Long.bitCount(word);
    }
    return sum;
  }

  /** What {@link #forEachRun} calls. */
  interface RunConsumer {
    /**
     * Takes one run.
     *
     * @param firstPage number of the first page
     * @param pages how many follow one another, at least 1
     */
    void accept(long firstPage, int pages);
  }

  /** Runs of neighbouring pages in rising order; none crosses a multiple of 64 pages. */
  void forEachRun(RunConsumer consumer) {
    for (int i = 0; i < words.length; i++) {
      long rest = words[i];
      while (rest != 0) {
        int first = Long.numberOfTrailingZeros(rest);
        int length = Long.numberOfTrailingZeros(~(rest >>> first));
        consumer.accept(64L * i + first, length);
        long run = length == 64 ? -1L : (1L << length) - 1;
        rest &= ~(run << first);
      }
    }
  }
}

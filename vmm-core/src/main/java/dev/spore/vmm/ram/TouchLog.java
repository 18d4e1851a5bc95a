package dev.spore.vmm.ram;

import dev.spore.format.hint.PageRange;
import dev.spore.format.hint.WorkingSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Which chunks were waited for soon after a restore. Thread-safe. */
final class TouchLog {
  private static final int CHUNK_PAGES = RamImage.CHUNK_BYTES / WorkingSet.PAGE_BYTES;

  private final long endNanos;
  private final BitSet touched;

  /**
   * Begins to record.
   *
   * @param known chunks nobody will wait for because they are prefetched; they count as touched
   * @param window how long to record
   */
  TouchLog(BitSet known, Duration window) {
    touched = (BitSet) known.clone();
    endNanos = System.nanoTime() + window.toNanos();
  }

  void add(int chunk) {
    if (System.nanoTime() - endNanos < 0) {
      synchronized (touched) {
        touched.set(chunk);
      }
    }
  }

  /** What has been touched by now. */
  WorkingSet workingSet(long memoryBytes) {
    synchronized (touched) {
      return workingSet(touched, memoryBytes);
    }
  }

  /** A set of whole chunks, for that is how they are fetched. */
  static WorkingSet workingSet(BitSet chunks, long memoryBytes) {
    List<PageRange> ranges = new ArrayList<>();
    int from = chunks.nextSetBit(0);
    while (from >= 0) {
      int to = chunks.nextClearBit(from);
      ranges.add(new PageRange((long) from * CHUNK_PAGES, (long) (to - from) * CHUNK_PAGES));
      from = chunks.nextSetBit(to);
    }
    return new WorkingSet(memoryBytes, ranges);
  }

  /** The chunks that hold pages of {@code set}; none of them if it is of another RAM. */
  static BitSet chunks(WorkingSet set, long memoryBytes) {
    BitSet chunks = new BitSet();
    if (set.memoryBytes() == memoryBytes) {
      for (PageRange range : set.ranges()) {
        int last = (int) ((range.end() - 1) / CHUNK_PAGES);
        chunks.set((int) (range.firstPage() / CHUNK_PAGES), last + 1);
      }
    }
    return chunks;
  }
}

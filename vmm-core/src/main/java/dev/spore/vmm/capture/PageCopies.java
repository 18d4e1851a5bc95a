package dev.spore.vmm.capture;

import dev.spore.kvm.Mapping;
import dev.spore.virtio.memory.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Pages copied aside while the guest stood still. Copied by one thread, then read by any. */
final class PageCopies implements AutoCloseable {
  /** Neighbouring pages of one chunk. */
  private record Run(long ramOffset, long copyOffset, int lengthBytes) {}

  private final Mapping copies;
  private final List<Run> runs = new ArrayList<>();
  private long used;

  private PageCopies(long pages) {
    copies = Mapping.anonymous(Math.max(1, pages) * GuestMemory.PAGE_BYTES);
    copies.adviseHugePages();
  }

  /** Copies {@code pages} of {@code ram} as they are now. */
  static PageCopies of(RamView ram, PageSet pages) {
    PageCopies result = new PageCopies(pages.count());
    boolean done = false;
    try {
      pages.forEachRun((first, count) -> result.add(ram, first, count));
      done = true;
    } finally {
      if (!done) {
        result.close();
      }
    }
    return result;
  }

  private void add(RamView ram, long firstPage, int pages) {
    long offset = firstPage * GuestMemory.PAGE_BYTES;
    int length = pages * GuestMemory.PAGE_BYTES;
    copies.segment().asSlice(used, length).copyFrom(ram.bytes(offset, length));
    runs.add(new Run(offset, used, length));
    used += length;
  }

  /** Bytes copied. */
  long sizeBytes() {
    return used;
  }

  /** The chunks that have a page here, in rising order. */
  long[] chunks() {
    return runs.stream()
        .mapToLong(run -> run.ramOffset() / RamView.CHUNK_BYTES)
        .distinct()
        .toArray();
  }

  /** Puts the copied pages of {@code chunk} over its older content in {@code target}. */
  void overlay(long chunk, MemorySegment target) {
    for (int i = firstRun(chunk * RamView.CHUNK_BYTES); i < runs.size(); i++) {
      Run run = runs.get(i);
      long at = run.ramOffset() - chunk * RamView.CHUNK_BYTES;
      if (at >= RamView.CHUNK_BYTES) {
        return;
      }
      MemorySegment page = copies.segment().asSlice(run.copyOffset(), run.lengthBytes());
      target.asSlice(at, run.lengthBytes()).copyFrom(page);
    }
  }

  /** Index of the first run at or behind {@code ramOffset}. */
  private int firstRun(long ramOffset) {
    int low = 0;
    int high = runs.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (runs.get(middle).ramOffset() < ramOffset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public void close() {
    copies.close();
  }
}

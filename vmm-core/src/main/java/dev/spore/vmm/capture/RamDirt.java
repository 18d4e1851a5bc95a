package dev.spore.vmm.capture;

import dev.spore.virtio.memory.DirtyPages;
import dev.spore.virtio.memory.GuestMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * Which pages were written, by whom ever: the guest, through the hypervisor's log, and the VMM,
 * through the marks of {@link GuestMemory}. One thread at a time.
 */
public final class RamDirt {
  private final RamView ram;
  private final DirtyLog log;
  private boolean started;

  public RamDirt(RamView ram, DirtyLog log) {
    this.ram = ram;
    this.log = log;
  }

  /** Whether every write since {@link #start} is known. */
  public boolean isStarted() {
    return started;
  }

  /** Begins to watch: from its return on every write will be in the next {@link #collect}. */
  public void start() {
    log.start();
    started = true;
    // Some kernels report a fresh log as all dirty, and the VMM's marks are older than the log.
    collect();
  }

  /** Ends watching, if it goes on, which gives the guest its cheap first writes back. */
  public void stop() {
    if (started) {
      started = false;
      log.stop();
    }
  }

  /** Numbers of the chunks written since the last call, which are forgotten. */
  public BitSet collectChunks() {
    BitSet chunks = new BitSet();
    collect().forEachRun((first, count) -> chunks.set((int) (first / RamView.CHUNK_PAGES)));
    return chunks;
  }

  /** The pages written since the last call, which are forgotten. */
  PageSet collect() {
    PageSet pages = new PageSet(ram.chunks() * RamView.CHUNK_PAGES);
    for (int region = 0; region < ram.memory().regions().size(); region++) {
      collect(region, pages);
    }
    return pages;
  }

  private void collect(int region, PageSet pages) {
    DirtyPages marks = ram.memory().dirtyPages(region);
    int firstWord = Math.toIntExact(ram.firstChunk(region) * RamView.CHUNK_PAGES / 64);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bitmap = arena.allocate(8L * marks.wordCount(), 8);
      log.fetch(region, bitmap);
      for (int i = 0; i < marks.wordCount(); i++) {
        long guest = bitmap.getAtIndex(ValueLayout.JAVA_LONG, i);
        pages.addWord(firstWord + i, guest | marks.take(i));
      }
    }
  }
}

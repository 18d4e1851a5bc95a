package dev.spore.kvm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/**
 * What this process's page tables say of a mapping (proc_pid_pagemap(5)); pages count from its
 * beginning.
 *
 * @param touched pages that were read or written, with neighbours the kernel brought along
 * @param own of those, pages this process alone has: of a private mapping of a file, the written
 *     ones
 */
public record PageMap(BitSet touched, BitSet own) {
  private static final Path FILE = Path.of("/proc/self/pagemap");
  private static final int ENTRY_BYTES = 8;
  private static final int ENTRIES_AT_ONCE = 8192;

  /** Bits of an entry: in memory, in swap or on the move, of a file or shared. */
  private static final long PRESENT = 1L << 63;

  private static final long SWAPPED = 1L << 62;
  private static final long OF_FILE = 1L << 61;

  /**
   * Looks at all pages, of which the kernel tells 8 bytes each; what changes meanwhile may be seen
   * or not.
   *
   * @throws IOException if the kernel does not tell
   */
  public static PageMap of(Mapping mapping) throws IOException {
    BitSet touched = new BitSet();
    BitSet own = new BitSet();
    mapping.retain();
    try (FileChannel channel = FileChannel.open(FILE, StandardOpenOption.READ)) {
      long first = mapping.address(0, 0) / Mapping.PAGE_BYTES;
      int pages = Math.toIntExact(mapping.sizeBytes() / Mapping.PAGE_BYTES);
      ByteBuffer entries =
          ByteBuffer.allocateDirect(ENTRIES_AT_ONCE * ENTRY_BYTES).order(ByteOrder.nativeOrder());
      for (int page = 0; page < pages; ) {
        entries.clear().limit(Math.min(ENTRIES_AT_ONCE, pages - page) * ENTRY_BYTES);
        if (channel.read(entries, (first + page) * ENTRY_BYTES) < ENTRY_BYTES) {
          throw new IOException(FILE + " ends at page " + page + " of a mapping");
        }
        entries.flip();
        while (entries.remaining() >= ENTRY_BYTES) {
          long entry = entries.getLong();
          boolean there = (entry & (PRESENT | SWAPPED)) != 0;
          touched.set(page, there);
          own.set(page, there && (entry & OF_FILE) == 0);
          page++;
        }
      }
    } finally {
      mapping.release();
    }
    return new PageMap(touched, own);
  }
}

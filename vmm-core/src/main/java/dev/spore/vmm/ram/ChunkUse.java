package dev.spore.vmm.ram;

import dev.spore.kvm.Mapping;
import dev.spore.kvm.PageMap;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/**
 * What became of mapped RAM since it was mapped, as the host's page tables tell.
 *
 * @param touched numbers of the chunks a page of which was read or written
 * @param changed of those, the ones written
 */
record ChunkUse(BitSet touched, BitSet changed) {
  private static final int CHUNK_PAGES = (int) (RamImage.CHUNK_BYTES / Mapping.PAGE_BYTES);

  /** Looks at the mappings of all regions; where the host does not tell, all may have changed. */
  static ChunkUse of(RamChunks chunks, List<Mapping> mappings) {
    ChunkUse use = new ChunkUse(new BitSet(), new BitSet());
    try {
      for (int region = 0; region < mappings.size(); region++) {
        PageMap pages = PageMap.of(mappings.get(region));
        int first = chunks.at(region, 0);
        add(pages.touched(), first, use.touched);
        add(pages.own(), first, use.changed);
      }
      return use;
    } catch (IOException e) {
      System.getLogger(ChunkUse.class.getName())
          .log(System.Logger.Level.DEBUG, "the host does not tell which memory was written", e);
      BitSet all = new BitSet();
      all.set(0, chunks.count());
      return new ChunkUse(new BitSet(), all);
    }
  }

  private static void add(BitSet pages, int firstChunk, BitSet chunks) {
    for (int page = pages.nextSetBit(0); page >= 0; ) {
      int chunk = page / CHUNK_PAGES;
      chunks.set(firstChunk + chunk);
      page = pages.nextSetBit((chunk + 1) * CHUNK_PAGES);
    }
  }
}

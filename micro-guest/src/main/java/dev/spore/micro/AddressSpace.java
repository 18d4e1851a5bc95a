package dev.spore.micro;

import java.util.List;

/**
 * What a machine's ring 3 sees. Addresses are physical addresses too. Memory costs nothing until it
 * is touched.
 *
 * @param regions by address, not overlapping
 */
public record AddressSpace(List<Region> regions) {
  /**
   * @throws IllegalArgumentException if regions overlap, or need more page tables than there are
   */
  public AddressSpace {
    regions = List.copyOf(regions);
    if (regions.isEmpty()) {
      throw new IllegalArgumentException("an address space without a region");
    }
    for (int i = 1; i < regions.size(); i++) {
      if (regions.get(i).address() < regions.get(i - 1).end()) {
        throw new IllegalArgumentException(
            "regions overlap or are not in order: " + regions.get(i - 1) + ", " + regions.get(i));
      }
    }
    int split = SystemPages.splitPieces(regions);
    if (split > MicroLimits.SPLIT_PIECES_MAX) {
      throw new IllegalArgumentException(
          "regions begin or end in "
              + split
              + " pieces of 2 MiB, at most "
              + MicroLimits.SPLIT_PIECES_MAX
              + " can be split");
    }
  }

  /** Bytes of memory from address 0 on. */
  public long sizeBytes() {
    return regions.getLast().end();
  }

  /** The region that holds all of a range. */
  Region containing(long address, long lengthBytes) {
    for (Region region : regions) {
      if (address >= region.address() && lengthBytes <= region.end() - address) {
        return region;
      }
    }
    throw new IllegalArgumentException(
        lengthBytes + " bytes at " + Long.toHexString(address) + " are in no region");
  }
}

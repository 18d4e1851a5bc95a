package dev.spore.vmm.ram;

import dev.spore.vmm.boot.RamLayout;

/** Where each chunk of RAM lies: the regions one after the other, cut into 2 MiB. */
final class RamChunks {
  private static final int CHUNK_BYTES = RamImage.CHUNK_BYTES;

  /** First chunk of each region, and the number of chunks at the end. */
  private final int[] first;

  /**
   * @param layout of regions that are made of whole chunks
   */
  RamChunks(RamLayout layout) {
    first = new int[layout.regions().size() + 1];
    for (int i = 0; i < layout.regions().size(); i++) {
      long size = layout.regions().get(i).sizeBytes();
      if (size % CHUNK_BYTES != 0) {
        throw new IllegalArgumentException("a region of %d bytes".formatted(size));
      }
      first[i + 1] = Math.toIntExact(first[i] + size / CHUNK_BYTES);
    }
  }

  /** How many chunks there are. */
  int count() {
    return first[first.length - 1];
  }

  /** Bytes of all of them. */
  long sizeBytes() {
    return (long) count() * CHUNK_BYTES;
  }

  /** The region a chunk is in. */
  int region(int chunk) {
    int region = first.length - 2;
    while (first[region] > chunk) {
      region--;
    }
    return region;
  }

  /** First byte of a chunk in its region. */
  long offset(int chunk) {
    return (long) (chunk - first[region(chunk)]) * CHUNK_BYTES;
  }

  /** The chunk that holds a byte of a region. */
  int at(int region, long offset) {
    return first[region] + (int) (offset / CHUNK_BYTES);
  }

  /** First byte of a region in the run of all chunks. */
  long regionStart(int region) {
    return (long) first[region] * CHUNK_BYTES;
  }
}

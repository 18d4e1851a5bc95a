package dev.spore.virtio.blk;

import dev.spore.virtio.queue.ChainReader;

/**
 * One range of a discard or write-zeroes request: struct virtio_blk_discard_write_zeroes (virtio
 * 1.2 §5.2.6).
 *
 * @param sector first sector, all 64 bits as the guest wrote them
 * @param sectors number of sectors, 0 to 2^32-1
 * @param flags bit 0 is unmap, the rest is reserved
 */
record BlkSegment(long sector, long sectors, long flags) {
  static final int BYTES = 16;

  private static final long FLAG_UNMAP = 1;

  static BlkSegment read(ChainReader reader) {
    return new BlkSegment(reader.u64(), reader.u32(), reader.u32());
  }

  boolean unmap() {
    return (flags & FLAG_UNMAP) != 0;
  }

  boolean hasUnknownFlags() {
    return (flags & ~FLAG_UNMAP) != 0;
  }
}

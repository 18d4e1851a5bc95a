package dev.spore.vmm.snapshot;

/** Bounds on what is read of a spore before anything in it is proven. */
final class SnapshotLimits {
  /** The index of 1 TiB of RAM, a header and 32 bytes for each 2 MiB; a longer file is refused. */
  static final int INDEX_BYTES_MAX = (16 << 20) + 64;

  /**
   * The index of a disk with 4 million chunks, 256 GiB, of data in runs of eight; a longer file is
   * refused.
   */
  static final int DISK_INDEX_BYTES_MAX = 136 << 20;

  private SnapshotLimits() {}
}

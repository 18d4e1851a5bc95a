package dev.spore.vmm.snapshot;

import dev.spore.format.FormatLimits;

/** Bounds on what is read of a spore before anything in it is proven. */
public final class SnapshotLimits {
  /** The index of 1 TiB of RAM, a header and 32 bytes for each 2 MiB; a longer file is refused. */
  static final int INDEX_BYTES_MAX = (16 << 20) + 64;

  /**
   * The index of a disk with 4 million chunks, 256 GiB, of data in runs of eight; a longer file is
   * refused.
   */
  static final int DISK_INDEX_BYTES_MAX = 136 << 20;

  /** A header and as many ranges of pages as there may be; of a longer file nothing is used. */
  static final int WORKING_SET_BYTES_MAX = 24 + 8 * FormatLimits.WORKING_SET_RANGES_MAX;

  /** Children of one fork: their names have six digits, and a file may have 65000 links on ext4. */
  public static final int FORK_CHILDREN_MAX = 10_000;

  /** Up to here each child's files are synced alone; beyond, their whole file system at once. */
  static final int CHILDREN_SYNCED_SINGLY_MAX = 4;

  private SnapshotLimits() {}
}

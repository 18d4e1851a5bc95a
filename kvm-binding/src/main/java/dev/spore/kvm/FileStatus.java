package dev.spore.kvm;

import dev.spore.kvm.HostLayout.Stat;
import java.lang.foreign.MemorySegment;

/**
 * What stat(2) says of an open file.
 *
 * @param mode st_mode: type and permissions
 * @param device number of its file system
 * @param inode its number there
 * @param sizeBytes its length
 * @param ownerUid 0 to 2^32-1
 * @param modifiedNanos st_mtim since 1970
 * @param changedNanos st_ctim since 1970
 */
public record FileStatus(
    int mode,
    long device,
    long inode,
    long sizeBytes,
    long ownerUid,
    long modifiedNanos,
    long changedNanos) {
  private static final int WRITABLE_BY_OTHERS = 022;
  private static final long NANOS = 1_000_000_000L;

  static FileStatus read(MemorySegment stat) {
    return new FileStatus(
        (int) Field.u32(stat, Stat.MODE),
        Field.u64(stat, Stat.DEVICE),
        Field.u64(stat, Stat.INODE),
        Field.u64(stat, Stat.LENGTH),
        Field.u32(stat, Stat.OWNER),
        Field.u64(stat, Stat.MODIFIED_SECONDS) * NANOS + Field.u64(stat, Stat.MODIFIED_NANOS),
        Field.u64(stat, Stat.CHANGED_SECONDS) * NANOS + Field.u64(stat, Stat.CHANGED_NANOS));
  }

  /** Whether it is a regular file. */
  public boolean isRegular() {
    return (mode & Sys.S_IFMT) == Sys.S_IFREG;
  }

  /** Whether its mode lets anybody but the owner write it. */
  public boolean isWritableByOthers() {
    return (mode & WRITABLE_BY_OTHERS) != 0;
  }
}

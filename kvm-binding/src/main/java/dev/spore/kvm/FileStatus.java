package dev.spore.kvm;

import dev.spore.kvm.HostLayout.Stat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * What stat(2) says of a file.
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

  /**
   * Looks at what has a name, without opening it; a symbolic link is not followed.
   *
   * @throws KvmException with stat(2)'s errno
   */
  public static FileStatus of(Path file) {
    MemorySegment stat = Scratch.zeroed(Stat.SIZE);
    try (Arena arena = Arena.ofConfined()) {
      long name = LibC.path(arena, file).address();
      long flags = Sys.AT_SYMLINK_NOFOLLOW;
      long result =
          LibC.syscall(Sys.SYS_newfstatat, Sys.AT_FDCWD, name, stat.address(), flags, 0, 0);
      LibC.check(result, "stat", file.toString());
    }
    return read(stat);
  }

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

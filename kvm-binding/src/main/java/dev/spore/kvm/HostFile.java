package dev.spore.kvm;

import dev.spore.kvm.HostLayout.Stat;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A file held open for what Java's channels cannot do: a lock that belongs to this opening alone,
 * not to the whole process (flock(2)), holes (fallocate(2)), clones, opening what may be anything
 * without blocking on it, and syncs an interrupt does not end. Thread-safe.
 */
public final class HostFile implements AutoCloseable {
  private final Fd fd;
  private final int number;

  private HostFile(Fd fd, int number) {
    this.fd = fd;
    this.number = number;
  }

  /**
   * Opens {@code file}, close-on-exec; a FIFO does not block.
   *
   * @throws KvmException with open(2)'s errno
   */
  public static HostFile open(Path file, boolean writable) {
    String object = file.toString();
    int flags = (writable ? Sys.O_RDWR : Sys.O_RDONLY) | Sys.O_NONBLOCK;
    int number = (int) LibC.check(Host.tryOpen(file, flags), "open", object);
    return new HostFile(new Fd(number, object), number);
  }

  /**
   * Opens a regular file for reading, close-on-exec; anything else, a symbolic link among it, is
   * refused.
   *
   * @throws KvmException with open(2)'s errno: ELOOP for a symbolic link, EINVAL for what else is
   *     no regular file
   */
  public static HostFile openRegular(Path file) {
    String object = file.toString();
    int flags = Sys.O_RDONLY | Sys.O_NONBLOCK | Sys.O_NOFOLLOW;
    int number = (int) LibC.check(Host.tryOpen(file, flags), "open", object);
    HostFile opened = new HostFile(new Fd(number, object), number);
    int mode = (int) Field.u32(opened.stat(), Stat.MODE);
    if ((mode & Sys.S_IFMT) != Sys.S_IFREG) {
      opened.close();
      throw new KvmException("open", Errno.EINVAL, object);
    }
    return opened;
  }

  /** The file's length now. */
  public long sizeBytes() {
    return Field.u64(stat(), Stat.LENGTH);
  }

  /** What fstat(2) says of the file now. */
  public FileStatus status() {
    return FileStatus.read(stat());
  }

  Fd descriptor() {
    return fd;
  }

  private MemorySegment stat() {
    MemorySegment stat = Scratch.zeroed(Stat.SIZE);
    LibC.check(call("fstat", Sys.SYS_fstat, stat.address(), 0, 0), "fstat", fd.object());
    return stat;
  }

  /** Has the kernel start writing the file to its disk, without waiting. A hint. */
  public void startWriteback() {
    call("sync_file_range", Sys.SYS_sync_file_range, 0, 0, Sys.SYNC_FILE_RANGE_WRITE);
  }

  /** Waits until the content, and the length, are on the disk (fdatasync(2)). */
  public void syncData() {
    LibC.check(call("fdatasync", Sys.SYS_fdatasync, 0, 0, 0), "fdatasync", fd.object());
  }

  /** Waits until the names in a directory are on the disk (fsync(2)). */
  public void sync() {
    LibC.check(call("fsync", Sys.SYS_fsync, 0, 0, 0), "fsync", fd.object());
  }

  /** Waits until all of the file system this file is in is on the disk (syncfs(2)). */
  public void syncFileSystem() {
    LibC.check(call("syncfs", Sys.SYS_syncfs, 0, 0, 0), "syncfs", fd.object());
  }

  /**
   * Makes this file, open for writing, share the storage of {@code source} (FICLONE).
   *
   * @return false if the file system cannot do it; this file is unchanged then
   * @throws KvmException any other error
   */
  public boolean cloneOf(HostFile source) {
    int from = source.fd.acquire("FICLONE");
    try {
      long result = call("FICLONE", Sys.SYS_ioctl, Sys.FICLONE, from, 0);
      if (result == -Errno.EOPNOTSUPP
          || result == -Errno.EXDEV
          || result == -Errno.EINVAL
          || result == -Errno.ENOTTY) {
        return false;
      }
      LibC.check(result, "FICLONE", fd.object());
      return true;
    } finally {
      source.fd.release();
    }
  }

  /**
   * A path to this very file, whatever its name means by now; valid until {@link #close()}. Opening
   * it needs the permissions the file has.
   */
  public Path alias() {
    return Path.of("/proc/self/fd/" + number);
  }

  /**
   * Locks the file against other openings, of this process too, until {@link #close()}.
   *
   * @return false if a lock held by another opening forbids it
   */
  public boolean tryLock(boolean exclusive) {
    int operation = (exclusive ? Sys.LOCK_EX : Sys.LOCK_SH) | Sys.LOCK_NB;
    long result = call("flock", Sys.SYS_flock, operation, 0, 0);
    if (result == -Errno.EAGAIN) {
      return false;
    }
    LibC.check(result, "flock", fd.object());
    return true;
  }

  /**
   * Frees the storage of a range, which reads as zeroes then; the size stays.
   *
   * @return false if the file system cannot do it; the range is unchanged then
   * @throws KvmException any other error
   */
  public boolean punchHole(long offsetBytes, long lengthBytes) {
    int mode = Sys.FALLOC_FL_PUNCH_HOLE | Sys.FALLOC_FL_KEEP_SIZE;
    long result = call("fallocate", Sys.SYS_fallocate, mode, offsetBytes, lengthBytes);
    if (result == -Errno.EOPNOTSUPP || result == -Errno.ENOSYS) {
      return false;
    }
    LibC.check(result, "fallocate", fd.object());
    return true;
  }

  private long call(String name, int syscall, long a, long b, long c) {
    int open = fd.acquire(name);
    try {
      long result;
      do {
        result = LibC.syscall(syscall, open, a, b, c, 0, 0);
      } while (result == -Errno.EINTR);
      return result;
    } finally {
      fd.release();
    }
  }

  /** Ends the lock and closes. Idempotent. */
  @Override
  public void close() {
    fd.close();
  }
}

package dev.spore.kvm;

import java.nio.file.Path;

/**
 * A file held open for what Java's channels cannot do: a lock that belongs to this opening alone,
 * not to the whole process (flock(2)), and holes (fallocate(2)). Thread-safe.
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

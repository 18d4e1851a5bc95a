package dev.spore.kvm;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One open file descriptor, closed exactly once and never while a call uses it.
 *
 * <p>The kernel reuses numbers at once: a call that races with close(2) would hit whatever file was
 * opened since. So every call counts itself in, {@link #close()} refuses new ones, and the last one
 * out closes.
 */
final class Fd {
  private static final int CLOSED = 1 << 30;

  private final int number;
  private final String object;
  private final Runnable afterClose;
  private final AtomicInteger state = new AtomicInteger();

  /**
   * @param object how errors name it
   * @param afterClose runs once, after close(2)
   */
  Fd(int number, String object, Runnable afterClose) {
    this.number = number;
    this.object = object;
    this.afterClose = afterClose;
  }

  Fd(int number, String object) {
    this(number, object, NOTHING);
  }

  private static final Runnable NOTHING =
      new Runnable() {
        @Override
        public void run() {}
      };

  String object() {
    return object;
  }

  boolean isClosed() {
    return (state.get() & CLOSED) != 0;
  }

  /**
   * The number, valid until {@link #release()}.
   *
   * @throws KvmException EBADF when closed
   */
  int acquire(String call) {
    int fd = tryAcquire();
    if (fd < 0) {
      throw new KvmException(call, Errno.EBADF, object + " (closed)");
    }
    return fd;
  }

  /** The number, valid until {@link #release()}; -1, and nothing to release, when closed. */
  int tryAcquire() {
    int users;
    do {
      users = state.get();
      if ((users & CLOSED) != 0) {
        return -1;
      }
    } while (!state.compareAndSet(users, users + 1));
    return number;
  }

  void release() {
    if (state.decrementAndGet() == CLOSED) {
      closeNow();
    }
  }

  /**
   * Refuses further calls; closes now or when the last call under way ends. Idempotent.
   *
   * @return whether this call was the first
   */
  boolean close() {
    int users;
    do {
      users = state.get();
      if ((users & CLOSED) != 0) {
        return false;
      }
    } while (!state.compareAndSet(users, users | CLOSED));
    if (users == 0) {
      closeNow();
    }
    return true;
  }

  /** close(2) frees the number even when it reports an error, so there is nothing to retry. */
  private void closeNow() {
    LibC.syscall(Sys.SYS_close, number, 0, 0);
    afterClose.run();
  }

  /** ioctl(2) with an integer argument; throws on any error. */
  long ioctl(String call, long request, long argument) {
    return LibC.check(tryIoctl(call, request, argument), call, object);
  }

  /** ioctl(2) with a structure; throws on any error. */
  long ioctl(String call, long request, MemorySegment argument) {
    return ioctl(call, request, argument.address());
  }

  /**
   * ioctl(2).
   *
   * @return its result, or {@code -errno}
   */
  long tryIoctl(String call, long request, long argument) {
    int fd = acquire(call);
    try {
      return LibC.syscall(Sys.SYS_ioctl, fd, request, argument);
    } finally {
      release();
    }
  }
}

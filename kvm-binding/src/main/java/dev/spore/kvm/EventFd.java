package dev.spore.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A counter in the kernel that wakes its reader (eventfd(2)); what irqfd and ioeventfd connect to.
 *
 * <p>Thread-safe. {@link #close()} ends a blocked {@link #read()}; the descriptor goes when the
 * last call under way has left, so a late write never hits somebody else's file.
 */
public final class EventFd implements AutoCloseable {
  private static final MemorySegment ONE = one();

  private final Fd fd;

  private EventFd(Fd fd) {
    this.fd = fd;
  }

  /** A new counter at 0, close-on-exec. */
  public static EventFd create() {
    // Non-blocking, so that of two readers woken by one write the slower does not get stuck.
    long result = LibC.syscall(Sys.SYS_eventfd2, 0, Sys.EFD_CLOEXEC | Sys.EFD_NONBLOCK, 0);
    return new EventFd(new Fd((int) LibC.check(result, "eventfd2", "eventfd"), "eventfd"));
  }

  private static MemorySegment one() {
    MemorySegment word = Arena.global().allocate(ValueLayout.JAVA_LONG);
    word.set(ValueLayout.JAVA_LONG, 0, 1);
    return word;
  }

  /** Adds 1 and wakes the reader. Does nothing once closed. */
  public void signal() {
    write(ONE);
  }

  /**
   * Adds {@code count} and wakes the reader. Does nothing once closed.
   *
   * @param count 1 to 2^63-1
   */
  public void write(long count) {
    if (count <= 0) {
      throw new IllegalArgumentException("an eventfd counts up, not by " + count);
    }
    MemorySegment word = Scratch.zeroed(Long.BYTES);
    Field.put64(word, 0, count);
    write(word);
  }

  private void write(MemorySegment word) {
    int number = fd.tryAcquire();
    if (number < 0) {
      return;
    }
    try {
      LibC.check(writeTo(number, word), "write", "eventfd");
    } finally {
      fd.release();
    }
  }

  /** A full counter is as good as written: its reader is due to wake. */
  private static long writeTo(int number, MemorySegment word) {
    long result;
    do {
      result = LibC.syscall(Sys.SYS_write, number, word.address(), Long.BYTES);
    } while (result == -Errno.EINTR);
    return result == -Errno.EAGAIN ? Long.BYTES : result;
  }

  /**
   * Blocks until the counter is not 0, then takes it. In native state meanwhile: safepoints do not
   * wait for it. Meant for platform threads; a virtual thread would pin its carrier.
   *
   * @return the count, at least 1, or 0 once closed
   */
  public long read() {
    while (true) {
      int number = fd.tryAcquire();
      if (number < 0) {
        return 0;
      }
      try {
        Poll.await(number, Poll.IN, Poll.FOREVER);
        if (fd.isClosed()) {
          return 0;
        }
        long count = take(number);
        if (count != 0) {
          return count;
        }
      } finally {
        fd.release();
      }
    }
  }

  /** Takes the counter without waiting; 0 when it is 0 or closed. */
  public long tryRead() {
    int number = fd.tryAcquire();
    if (number < 0) {
      return 0;
    }
    try {
      return take(number);
    } finally {
      fd.release();
    }
  }

  private static long take(int number) {
    MemorySegment word = Scratch.zeroed(Long.BYTES);
    long result;
    do {
      result = LibC.syscall(Sys.SYS_read, number, word.address(), Long.BYTES);
    } while (result == -Errno.EINTR);
    if (result == -Errno.EAGAIN) {
      return 0;
    }
    LibC.check(result, "read", "eventfd");
    return Field.u64(word, 0);
  }

  public boolean isClosed() {
    return fd.isClosed();
  }

  Fd descriptor() {
    return fd;
  }

  /** Ends blocked readers and closes, see the class. Idempotent, any thread. */
  @Override
  public void close() {
    int number = fd.tryAcquire();
    if (number < 0) {
      return;
    }
    try {
      fd.close();
      // Readers poll without consuming, so one write wakes every one of them.
      LibC.check(writeTo(number, ONE), "write", "eventfd");
    } finally {
      fd.release();
    }
  }
}

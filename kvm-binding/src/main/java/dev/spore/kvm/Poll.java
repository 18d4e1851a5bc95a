package dev.spore.kvm;

import java.lang.foreign.MemorySegment;

/** Waiting for file descriptors (poll(2)). */
public final class Poll {
  /** Data can be read. */
  public static final int IN = Sys.POLLIN;

  /** Data can be written. */
  public static final int OUT = Sys.POLLOUT;

  /** Reported without asking: an error. */
  public static final int ERROR = Sys.POLLERR;

  /** Reported without asking: the other end is gone. */
  public static final int HANG_UP = Sys.POLLHUP;

  /** Reported without asking: the number is no open descriptor. */
  public static final int INVALID = Sys.POLLNVAL;

  /** For a timeout: wait for ever. */
  public static final int FOREVER = -1;

  private static final int MAX_DESCRIPTORS = 1024;

  private Poll() {}

  /**
   * Waits for one descriptor; a signal does not end the wait.
   *
   * @param events sum of {@link #IN} and {@link #OUT}
   * @param timeoutMillis 0 to look only, or {@link #FOREVER}
   * @return what is true of it now, 0 after the timeout
   */
  public static int await(int fd, int events, int timeoutMillis) {
    return await(new int[] {fd}, events, timeoutMillis)[0];
  }

  /**
   * Waits until one of several descriptors is ready; a signal does not end the wait.
   *
   * @param fds at most 1024 descriptor numbers
   * @param events sum of {@link #IN} and {@link #OUT}, the same for all
   * @param timeoutMillis 0 to look only, or {@link #FOREVER}
   * @return per descriptor what is true of it now; all 0 after the timeout
   */
  public static int[] await(int[] fds, int events, int timeoutMillis) {
    if (fds.length > MAX_DESCRIPTORS) {
      throw new IllegalArgumentException("cannot poll " + fds.length + " descriptors");
    }
    MemorySegment list = Scratch.zeroed(fds.length * HostLayout.Pollfd.SIZE);
    for (int i = 0; i < fds.length; i++) {
      long entry = (long) i * HostLayout.Pollfd.SIZE;
      Field.put32(list, entry + HostLayout.Pollfd.FD, fds[i]);
      Field.put16(list, entry + HostLayout.Pollfd.EVENTS, events);
    }
    long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
    int left = timeoutMillis;
    long result;
    do {
      result = LibC.syscall(Sys.SYS_poll, list.address(), fds.length, left);
      if (timeoutMillis > 0) {
        left = (int) Math.max(0, (deadline - System.nanoTime() + 999_999) / 1_000_000);
      }
    } while (result == -Errno.EINTR);
    LibC.check(result, "poll", fds.length + " descriptors");
    int[] ready = new int[fds.length];
    for (int i = 0; i < fds.length; i++) {
      ready[i] = Field.u16(list, (long) i * HostLayout.Pollfd.SIZE + HostLayout.Pollfd.REVENTS);
    }
    return ready;
  }
}

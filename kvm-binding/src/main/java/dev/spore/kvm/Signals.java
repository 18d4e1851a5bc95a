package dev.spore.kvm;

import java.lang.foreign.MemorySegment;

/**
 * The signal that interrupts a vCPU thread.
 *
 * <p>To take a vCPU out of KVM_RUN from another thread: {@link RunPage#setImmediateExit}{@code
 * (true)}, then {@link #tgkill}. Either alone loses a race; together the thread leaves KVM_RUN, or
 * does not enter it, with EINTR.
 */
public final class Signals {
  /**
   * The real-time signal used: number 36, SIGRTMIN+2 of glibc. The C library keeps 32 and 33 for
   * itself; the JVM uses none of the real-time signals.
   */
  public static final int KICK = 36;

  private static boolean installed;

  private Signals() {}

  /**
   * Gives {@link #KICK} a handler that does nothing. Without SA_RESTART, so blocked calls return
   * EINTR; an ignored signal would not interrupt them. Idempotent.
   *
   * @throws IllegalStateException when something else in this process handles the signal
   */
  public static synchronized void installKickHandler() {
    if (installed) {
      return;
    }
    String object = "signal " + KICK;
    MemorySegment action = Scratch.zeroed(HostLayout.Sigaction.SIZE);
    LibC.check(LibC.sigaction(KICK, MemorySegment.NULL, action), "sigaction", object);
    long handler = LibC.abs();
    long present = Field.u64(action, HostLayout.Sigaction.HANDLER);
    if (present != 0 && present != handler) {
      throw new IllegalStateException(
          object + " already has a handler in this process; Spore needs it to interrupt vCPUs");
    }
    action = Scratch.zeroed(HostLayout.Sigaction.SIZE);
    Field.put64(action, HostLayout.Sigaction.HANDLER, handler);
    LibC.check(LibC.sigaction(KICK, action, MemorySegment.NULL), "sigaction", object);
    installed = true;
  }

  /** Kernel id of the calling platform thread, for {@link #tgkill}. */
  public static int currentTid() {
    return (int) LibC.syscall(Sys.SYS_gettid, 0, 0, 0);
  }

  /**
   * Sends {@link #KICK} to one thread of this process.
   *
   * @return false when there is no such thread any more
   */
  public static boolean tgkill(int tid) {
    long pid = LibC.syscall(Sys.SYS_getpid, 0, 0, 0);
    long result = LibC.syscall(Sys.SYS_tgkill, pid, tid, KICK);
    if (result == -Errno.ESRCH) {
      return false;
    }
    LibC.check(result, "tgkill", "thread " + tid);
    return true;
  }
}

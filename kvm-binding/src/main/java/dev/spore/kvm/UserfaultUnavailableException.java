package dev.spore.kvm;

/** This process cannot have a userfaultfd that sees the faults of guests: why, and the cure. */
public final class UserfaultUnavailableException extends KvmException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** The right to handle faults of the kernel is missing. */
    FORBIDDEN(
        "needs the right to handle faults of the kernel: run as root, get access to"
            + " /dev/userfaultfd, or set sysctl vm.unprivileged_userfaultfd=1"),
    /** The kernel was built without it or is too old. */
    UNSUPPORTED("is not in this kernel: it needs Linux 4.11 and CONFIG_USERFAULTFD");

    private final String advice;

    Reason(String advice) {
      this.advice = advice;
    }
  }

  private final Reason reason;

  UserfaultUnavailableException(Reason reason, String call, int errno) {
    super(call, errno, "userfaultfd", "%s (%s)".formatted(reason.advice, Errno.describe(errno)));
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}

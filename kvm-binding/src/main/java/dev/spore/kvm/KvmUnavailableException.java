package dev.spore.kvm;

/** The KVM device cannot be used: why, and what to do about it. */
public final class KvmUnavailableException extends KvmException {
  private static final long serialVersionUID = 1L;

  /** Why the device cannot be used. */
  public enum Reason {
    /** There is no such file (ENOENT). */
    MISSING("does not exist: load the kvm module or expose the device to this machine"),
    /** This user may not read and write it (EACCES, EPERM). */
    FORBIDDEN("needs read and write permission: run as root or join group kvm"),
    /** The file exists but nothing answers behind it (ENXIO, ENODEV). */
    NO_DRIVER("has no driver behind it: load kvm_intel, kvm_amd or kvm_pvm"),
    /** It opened but does not speak the KVM interface. */
    NOT_KVM("is not a KVM device"),
    /** It speaks another version of the interface than 12. */
    WRONG_VERSION("does not offer version 12 of the interface: use Linux 2.6.22 or later"),
    /** Anything else, told by the errno. */
    OTHER("cannot be opened");

    private final String advice;

    Reason(String advice) {
      this.advice = advice;
    }

    static Reason ofOpen(int errno) {
      return switch (errno) {
        case Errno.ENOENT -> MISSING;
        case Errno.EACCES, Errno.EPERM -> FORBIDDEN;
        case Errno.ENXIO, Errno.ENODEV -> NO_DRIVER;
        default -> OTHER;
      };
    }
  }

  private final Reason reason;

  KvmUnavailableException(Reason reason, String call, int errno, String object) {
    super(
        call,
        errno,
        object,
        reason.advice + (errno == 0 ? "" : " (" + Errno.describe(errno) + ")"));
    this.reason = reason;
  }

  /** Why the device cannot be used. */
  public Reason reason() {
    return reason;
  }
}

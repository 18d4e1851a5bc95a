package dev.spore.kvm;

/** A system call failed: which one, with which errno, on which object. */
public class KvmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  /**
   * @param call the call's name as in its manual page, for example {@code KVM_CREATE_VM}
   * @param errno the error number, see errno(3)
   * @param object what it was applied to, for example {@code /dev/kvm}
   */
  public KvmException(String call, int errno, String object) {
    super("%s on %s failed: %s".formatted(call, object, Errno.describe(errno)));
    this.call = call;
    this.errno = errno;
  }

  /** For a subclass whose message says more. */
  KvmException(String call, int errno, String object, String message) {
    super("%s on %s: %s".formatted(call, object, message));
    this.call = call;
    this.errno = errno;
  }

  /** The call's name. */
  public String call() {
    return call;
  }

  /** The error number, comparable with the constants of {@link Errno}. */
  public int errno() {
    return errno;
  }
}

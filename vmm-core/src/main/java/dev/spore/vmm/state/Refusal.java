package dev.spore.vmm.state;

import dev.spore.kvm.Errno;
import dev.spore.kvm.KvmException;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;

/** What KVM's refusals mean to someone who restores a spore. */
final class Refusal {
  private Refusal() {}

  /**
   * Gives part of a spore to KVM.
   *
   * @param field where the part is in the spore, for example {@code vcpus[0].debug}
   * @throws SporeException object.invalid when KVM finds the value impossible; host.unavailable
   *     when it fails in another way
   */
  static void named(String field, Runnable call) {
    try {
      call.run();
    } catch (KvmException e) {
      throw e.errno() == Errno.EINVAL ? impossible(field, e) : failed(field, e);
    }
  }

  private static SporeException impossible(String field, KvmException e) {
    return new SporeException(
        ErrorCode.OBJECT_INVALID,
        "%s: no processor can be in this state (%s); the spore was changed, use another copy"
            .formatted(field, e.getMessage()),
        e);
  }

  private static SporeException failed(String field, KvmException e) {
    return new SporeException(
        ErrorCode.HOST_UNAVAILABLE,
        "%s cannot be restored: %s; see the kernel log".formatted(field, e.getMessage()),
        e);
  }

  /** The host lacks what the saved machine needs. */
  static SporeException unsupported(String field, String what) {
    return new SporeException(
        ErrorCode.HOST_UNSUPPORTED,
        "%s: %s; restore on a host like the one it was saved on".formatted(field, what));
  }
}

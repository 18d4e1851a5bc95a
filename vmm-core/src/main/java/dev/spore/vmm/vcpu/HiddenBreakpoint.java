package dev.spore.vmm.vcpu;

import dev.spore.vmm.VmmLimits;

/**
 * A breakpoint exception an assist has injected. KVM shows it to nobody until it is delivered
 * ({@code kvm_exception_is_soft} in arch/x86/kvm/x86.c): it expects INT3 to be run again on the
 * other side, but an assist has moved RIP past it. A vCPU saved in between would lose it, so it
 * must be delivered or taken back first.
 */
final class HiddenBreakpoint {
  /** What is known of it once the vCPU has left the guest. */
  enum Fate {
    DELIVERED,
    /** The guest has not been entered since. */
    WAITING,
    /** RIP is where it was: not yet delivered, or the guest has come back from its handler. */
    UNKNOWN
  }

  private boolean mayWait;
  private boolean entered;
  private int runs;
  private long instruction;
  private long next;

  /**
   * An assist has injected one.
   *
   * @param instruction RIP of INT3
   * @param next RIP now
   */
  void injected(long instruction, long next) {
    mayWait = true;
    entered = false;
    runs = 0;
    this.instruction = instruction;
    this.next = next;
  }

  void entering() {
    entered = true;
  }

  boolean mayWait() {
    return mayWait;
  }

  /** What became of it, with the vCPU outside the guest at {@code rip}. */
  Fate at(long rip) {
    if (!entered) {
      return Fate.WAITING;
    }
    if (rip == next && ++runs <= VmmLimits.RUNS_TO_DELIVER_MAX) {
      return Fate.UNKNOWN;
    }
    mayWait = false;
    return Fate.DELIVERED;
  }

  /** Forgets it; the RIP at which it comes up again. */
  long takeBack() {
    mayWait = false;
    return instruction;
  }
}

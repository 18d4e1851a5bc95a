package dev.spore.kvm;

import dev.spore.kvm.HostLayout.SchedAttr;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * How long the kernel lets a thread run before another one that waits for the processor gets it:
 * less often, not more in all (sched_setattr(2)).
 */
public final class Timeslice {
  private Timeslice() {}

  /**
   * Asks for it for the calling thread; its policy and nice value stay as they are. A hint: Linux
   * before 6.12 takes it and does nothing.
   *
   * @param length 100 µs to 100 ms; the kernel rounds to that
   * @return whether the kernel took it; not for a thread under a real-time policy, nor where the
   *     call is forbidden
   */
  public static boolean request(Duration length) {
    MemorySegment attributes = Scratch.zeroed(SchedAttr.SIZE);
    long read =
        LibC.syscall(Sys.SYS_sched_getattr, 0, attributes.address(), SchedAttr.SIZE, 0, 0, 0);
    if (LibC.failed(read)) {
      return false;
    }
    long policy = Field.u32(attributes, SchedAttr.POLICY);
    if (policy != SchedPolicy.NORMAL && policy != SchedPolicy.BATCH) {
      return false;
    }
    Field.put64(attributes, SchedAttr.RUNTIME, length.toNanos());
    long written = LibC.syscall(Sys.SYS_sched_setattr, 0, attributes.address(), 0);
    return !LibC.failed(written);
  }
}

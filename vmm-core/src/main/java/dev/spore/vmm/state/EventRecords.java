package dev.spore.vmm.state;

import dev.spore.format.state.Activity;
import dev.spore.format.state.PendingEvents;
import dev.spore.kvm.KvmConst;
import dev.spore.kvm.MpState;
import dev.spore.kvm.VcpuEvents;

/** Exceptions and interrupts under way, and what the processor does meanwhile. */
final class EventRecords {
  private EventRecords() {}

  static PendingEvents pending(VcpuEvents e) {
    VcpuEvents.Fault f = e.exception();
    VcpuEvents.Interrupt i = e.interrupt();
    return new PendingEvents(
        f.injected() || f.pending()
            ? new PendingEvents.Fault(
                f.injected(),
                f.pending(),
                f.vector(),
                f.hasErrorCode(),
                f.errorCode(),
                f.hasPayload(),
                f.payload())
            : PendingEvents.Fault.NONE,
        new PendingEvents.Interrupt(
            i.injected(),
            i.injected() ? i.vector() : 0,
            i.injected() && i.soft(),
            (i.shadow() & KvmConst.X86_SHADOW_INT_STI) != 0,
            (i.shadow() & KvmConst.X86_SHADOW_INT_MOV_SS) != 0),
        new PendingEvents.Nmi(e.nmi().injected(), e.nmi().pending(), e.nmi().masked()),
        (int) e.sipiVector(),
        new PendingEvents.Smi(
            e.smi().smm(), e.smi().pending(), e.smi().insideNmi(), e.smi().latchedInit()),
        e.tripleFaultPending());
  }

  /**
   * The events as KVM takes them.
   *
   * @param supported the flags KVM reports for a new vCPU: the members it knows
   */
  static VcpuEvents events(PendingEvents p, int supported) {
    int shadow =
        (p.interrupt().stiShadow() ? KvmConst.X86_SHADOW_INT_STI : 0)
            | (p.interrupt().movSsShadow() ? KvmConst.X86_SHADOW_INT_MOV_SS : 0);
    return new VcpuEvents(
        new VcpuEvents.Fault(
            p.exception().injected(),
            p.exception().vector(),
            p.exception().hasErrorCode(),
            p.exception().pending(),
            p.exception().errorCode(),
            p.exception().hasPayload(),
            p.exception().payload()),
        new VcpuEvents.Interrupt(
            p.interrupt().injected(), p.interrupt().vector(), p.interrupt().soft(), shadow),
        new VcpuEvents.Nmi(p.nmi().injected(), p.nmi().pending(), p.nmi().masked()),
        p.sipiVector(),
        supported | needed(p),
        new VcpuEvents.Smi(
            p.smi().inSmm(), p.smi().pending(), p.smi().insideNmi(), p.smi().latchedInit()),
        p.tripleFault());
  }

  /** Members that are not zero must be taken over, or be refused if KVM does not know them. */
  private static int needed(PendingEvents p) {
    boolean smi =
        p.smi().inSmm() || p.smi().pending() || p.smi().insideNmi() || p.smi().latchedInit();
    return (p.exception().pending() || p.exception().hasPayload()
            ? KvmConst.VCPUEVENT_VALID_PAYLOAD
            : 0)
        | (p.tripleFault() ? KvmConst.VCPUEVENT_VALID_TRIPLE_FAULT : 0)
        | (p.sipiVector() != 0 ? KvmConst.VCPUEVENT_VALID_SIPI_VECTOR : 0)
        | (smi ? KvmConst.VCPUEVENT_VALID_SMM : 0);
  }

  static Activity activity(MpState state) {
    return switch (state) {
      case RUNNABLE -> Activity.RUNNABLE;
      case UNINITIALIZED -> Activity.UNINITIALIZED;
      case INIT_RECEIVED -> Activity.INIT_RECEIVED;
      case HALTED -> Activity.HALTED;
      case SIPI_RECEIVED -> Activity.SIPI_RECEIVED;
    };
  }

  static MpState mpState(Activity activity) {
    return switch (activity) {
      case RUNNABLE -> MpState.RUNNABLE;
      case UNINITIALIZED -> MpState.UNINITIALIZED;
      case INIT_RECEIVED -> MpState.INIT_RECEIVED;
      case HALTED -> MpState.HALTED;
      case SIPI_RECEIVED -> MpState.SIPI_RECEIVED;
    };
  }
}

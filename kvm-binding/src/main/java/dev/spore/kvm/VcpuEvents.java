package dev.spore.kvm;

import dev.spore.kvm.VcpuLayout.Events;
import java.lang.foreign.MemorySegment;

/**
 * Exceptions and interrupts under way in a vCPU ({@code struct kvm_vcpu_events}, asm/kvm.h).
 *
 * @param sipiVector start-up vector of a waiting processor
 * @param flags sum of the {@code VCPUEVENT_VALID_} constants of {@link KvmConst}: which members KVM
 *     is to take over
 * @param tripleFaultPending with {@link KvmConst#VCPUEVENT_VALID_TRIPLE_FAULT}
 */
public record VcpuEvents(
    Fault exception,
    Interrupt interrupt,
    Nmi nmi,
    long sipiVector,
    int flags,
    Smi smi,
    boolean tripleFaultPending) {

  /**
   * An exception.
   *
   * @param injected KVM delivers it at the next entry
   * @param pending KVM has yet to decide, with {@link KvmConst#VCPUEVENT_VALID_PAYLOAD}
   * @param payload CR2 of a page fault, DR6 of a debug exception, not yet stored
   */
  public record Fault(
      boolean injected,
      int vector,
      boolean hasErrorCode,
      boolean pending,
      long errorCode,
      boolean hasPayload,
      long payload) {

    /** To be delivered at the next entry. */
    public static Fault inject(int vector) {
      return new Fault(true, vector, false, false, 0, false, 0);
    }

    /** To be delivered at the next entry; CR2 of a page fault is set through {@link Sregs}. */
    public static Fault inject(int vector, long errorCode) {
      return new Fault(true, vector, true, false, errorCode, false, 0);
    }
  }

  /**
   * An interrupt.
   *
   * @param soft it comes from an INT instruction
   * @param shadow {@link KvmConst#X86_SHADOW_INT_STI}, {@link KvmConst#X86_SHADOW_INT_MOV_SS} or 0
   */
  public record Interrupt(boolean injected, int vector, boolean soft, int shadow) {}

  /**
   * A non-maskable interrupt.
   *
   * @param pending how many wait, 0 to 2
   */
  public record Nmi(boolean injected, int pending, boolean masked) {}

  /** System management mode. */
  public record Smi(boolean smm, boolean pending, boolean insideNmi, boolean latchedInit) {}

  /** The same with another exception. */
  public VcpuEvents withException(Fault fault) {
    return new VcpuEvents(fault, interrupt, nmi, sipiVector, flags, smi, tripleFaultPending);
  }

  static VcpuEvents read(MemorySegment struct) {
    return new VcpuEvents(
        readFault(struct),
        new Interrupt(
            Field.u8(struct, Events.INTERRUPT_INJECTED) != 0,
            Field.u8(struct, Events.INTERRUPT_NR),
            Field.u8(struct, Events.INTERRUPT_SOFT) != 0,
            Field.u8(struct, Events.INTERRUPT_SHADOW)),
        new Nmi(
            Field.u8(struct, Events.NMI_INJECTED) != 0,
            Field.u8(struct, Events.NMI_PENDING),
            Field.u8(struct, Events.NMI_MASKED) != 0),
        Field.u32(struct, Events.SIPI_VECTOR),
        Field.i32(struct, Events.FLAGS),
        new Smi(
            Field.u8(struct, Events.SMI_SMM) != 0,
            Field.u8(struct, Events.SMI_PENDING) != 0,
            Field.u8(struct, Events.SMI_SMM_INSIDE_NMI) != 0,
            Field.u8(struct, Events.SMI_LATCHED_INIT) != 0),
        Field.u8(struct, Events.TRIPLE_FAULT_PENDING) != 0);
  }

  private static Fault readFault(MemorySegment struct) {
    return new Fault(
        Field.u8(struct, Events.EXCEPTION_INJECTED) != 0,
        Field.u8(struct, Events.EXCEPTION_NR),
        Field.u8(struct, Events.EXCEPTION_HAS_ERROR_CODE) != 0,
        Field.u8(struct, Events.EXCEPTION_PENDING) != 0,
        Field.u32(struct, Events.EXCEPTION_ERROR_CODE),
        Field.u8(struct, Events.EXCEPTION_HAS_PAYLOAD) != 0,
        Field.u64(struct, Events.EXCEPTION_PAYLOAD));
  }

  MemorySegment write() {
    MemorySegment struct = Scratch.zeroed(Events.SIZE);
    Field.put8(struct, Events.EXCEPTION_INJECTED, exception.injected);
    Field.put8(struct, Events.EXCEPTION_NR, exception.vector);
    Field.put8(struct, Events.EXCEPTION_HAS_ERROR_CODE, exception.hasErrorCode);
    Field.put8(struct, Events.EXCEPTION_PENDING, exception.pending);
    Field.put32(struct, Events.EXCEPTION_ERROR_CODE, exception.errorCode);
    Field.put8(struct, Events.EXCEPTION_HAS_PAYLOAD, exception.hasPayload);
    Field.put64(struct, Events.EXCEPTION_PAYLOAD, exception.payload);
    Field.put8(struct, Events.INTERRUPT_INJECTED, interrupt.injected);
    Field.put8(struct, Events.INTERRUPT_NR, interrupt.vector);
    Field.put8(struct, Events.INTERRUPT_SOFT, interrupt.soft);
    Field.put8(struct, Events.INTERRUPT_SHADOW, interrupt.shadow);
    Field.put8(struct, Events.NMI_INJECTED, nmi.injected);
    Field.put8(struct, Events.NMI_PENDING, nmi.pending);
    Field.put8(struct, Events.NMI_MASKED, nmi.masked);
    Field.put32(struct, Events.SIPI_VECTOR, sipiVector);
    Field.put32(struct, Events.FLAGS, flags);
    Field.put8(struct, Events.SMI_SMM, smi.smm);
    Field.put8(struct, Events.SMI_PENDING, smi.pending);
    Field.put8(struct, Events.SMI_SMM_INSIDE_NMI, smi.insideNmi);
    Field.put8(struct, Events.SMI_LATCHED_INIT, smi.latchedInit);
    Field.put8(struct, Events.TRIPLE_FAULT_PENDING, tripleFaultPending);
    return struct;
  }
}

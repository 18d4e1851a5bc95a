package dev.spore.kvm;

/** Structures of the remaining vCPU requests (linux/kvm.h, asm/kvm.h). */
final class VcpuLayout {
  @CStruct(header = "linux/kvm.h", type = "struct kvm_vcpu_events")
  static final class Events {
    static final int SIZE = 64;

    @CField(value = "exception.injected", bytes = 1)
    static final int EXCEPTION_INJECTED = 0;

    @CField(value = "exception.nr", bytes = 1)
    static final int EXCEPTION_NR = 1;

    @CField(value = "exception.has_error_code", bytes = 1)
    static final int EXCEPTION_HAS_ERROR_CODE = 2;

    @CField(value = "exception.pending", bytes = 1)
    static final int EXCEPTION_PENDING = 3;

    @CField(value = "exception.error_code", bytes = 4)
    static final int EXCEPTION_ERROR_CODE = 4;

    @CField(value = "interrupt.injected", bytes = 1)
    static final int INTERRUPT_INJECTED = 8;

    @CField(value = "interrupt.nr", bytes = 1)
    static final int INTERRUPT_NR = 9;

    @CField(value = "interrupt.soft", bytes = 1)
    static final int INTERRUPT_SOFT = 10;

    @CField(value = "interrupt.shadow", bytes = 1)
    static final int INTERRUPT_SHADOW = 11;

    @CField(value = "nmi.injected", bytes = 1)
    static final int NMI_INJECTED = 12;

    @CField(value = "nmi.pending", bytes = 1)
    static final int NMI_PENDING = 13;

    @CField(value = "nmi.masked", bytes = 1)
    static final int NMI_MASKED = 14;

    @CField(bytes = 4)
    static final int SIPI_VECTOR = 16;

    @CField(bytes = 4)
    static final int FLAGS = 20;

    @CField(value = "smi.smm", bytes = 1)
    static final int SMI_SMM = 24;

    @CField(value = "smi.pending", bytes = 1)
    static final int SMI_PENDING = 25;

    @CField(value = "smi.smm_inside_nmi", bytes = 1)
    static final int SMI_SMM_INSIDE_NMI = 26;

    @CField(value = "smi.latched_init", bytes = 1)
    static final int SMI_LATCHED_INIT = 27;

    @CField(value = "triple_fault.pending", bytes = 1)
    static final int TRIPLE_FAULT_PENDING = 28;

    @CField(bytes = 1)
    static final int EXCEPTION_HAS_PAYLOAD = 55;

    @CField(bytes = 8)
    static final int EXCEPTION_PAYLOAD = 56;

    private Events() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_mp_state")
  static final class MpStateStruct {
    static final int SIZE = 4;

    @CField(bytes = 4)
    static final int MP_STATE = 0;

    private MpStateStruct() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_msrs")
  static final class Msrs {
    static final int SIZE = 8;

    @CField(bytes = 4)
    static final int NMSRS = 0;

    private Msrs() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_msr_entry")
  static final class MsrEntry {
    static final int SIZE = 16;

    @CField(bytes = 4)
    static final int INDEX = 0;

    @CField(bytes = 8)
    static final int DATA = 8;

    private MsrEntry() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_cpuid2")
  static final class Cpuid2 {
    static final int SIZE = 8;

    @CField(bytes = 4)
    static final int NENT = 0;

    private Cpuid2() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_cpuid_entry2")
  static final class CpuidEntry2 {
    static final int SIZE = 40;

    @CField(bytes = 4)
    static final int FUNCTION = 0;

    @CField(bytes = 4)
    static final int INDEX = 4;

    @CField(bytes = 4)
    static final int FLAGS = 8;

    @CField(bytes = 4)
    static final int EAX = 12;

    @CField(bytes = 4)
    static final int EBX = 16;

    @CField(bytes = 4)
    static final int ECX = 20;

    @CField(bytes = 4)
    static final int EDX = 24;

    private CpuidEntry2() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_lapic_state")
  static final class Lapic {
    static final int SIZE = 1024;

    private Lapic() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_translation")
  static final class Translate {
    static final int SIZE = 24;

    @CField(bytes = 8)
    static final int LINEAR_ADDRESS = 0;

    @CField(bytes = 8)
    static final int PHYSICAL_ADDRESS = 8;

    @CField(bytes = 1)
    static final int VALID = 16;

    @CField(bytes = 1)
    static final int WRITEABLE = 17;

    @CField(bytes = 1)
    static final int USERMODE = 18;

    private Translate() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_guest_debug")
  static final class GuestDebug {
    static final int SIZE = 72;

    @CField(bytes = 4)
    static final int CONTROL = 0;

    @CField(value = "arch.debugreg", bytes = 64)
    static final int DEBUGREG = 8;

    private GuestDebug() {}
  }

  private VcpuLayout() {}
}

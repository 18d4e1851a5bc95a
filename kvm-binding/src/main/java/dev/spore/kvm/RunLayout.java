package dev.spore.kvm;

/** The page shared with the kernel for each vCPU: {@code struct kvm_run} (linux/kvm.h). */
final class RunLayout {
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run")
  static final class Run {
    static final int SIZE = 2352;

    @CField(bytes = 1)
    static final int IMMEDIATE_EXIT = 1;

    @CField(bytes = 4)
    static final int EXIT_REASON = 8;

    @CField(bytes = 1)
    static final int READY_FOR_INTERRUPT_INJECTION = 12;

    @CField(bytes = 1)
    static final int IF_FLAG = 13;

    @CField(bytes = 2)
    static final int FLAGS = 14;

    @CField(bytes = 8)
    static final int CR8 = 16;

    @CField(bytes = 8)
    static final int APIC_BASE = 24;

    @CField(bytes = 256)
    static final int PADDING = 32;

    private Run() {}
  }

  /** KVM_EXIT_UNKNOWN. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "hw.")
  static final class Hw {

    @CField(bytes = 8)
    static final int HARDWARE_EXIT_REASON = 32;

    private Hw() {}
  }

  /** KVM_EXIT_FAIL_ENTRY. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "fail_entry.")
  static final class FailEntry {

    @CField(bytes = 8)
    static final int HARDWARE_ENTRY_FAILURE_REASON = 32;

    @CField(bytes = 4)
    static final int CPU = 40;

    private FailEntry() {}
  }

  /** KVM_EXIT_IO. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "io.")
  static final class Io {

    @CField(bytes = 1)
    static final int DIRECTION = 32;

    @CField(value = "size", bytes = 1)
    static final int IO_SIZE = 33;

    @CField(bytes = 2)
    static final int PORT = 34;

    @CField(bytes = 4)
    static final int COUNT = 36;

    @CField(bytes = 8)
    static final int DATA_OFFSET = 40;

    private Io() {}
  }

  /** KVM_EXIT_DEBUG. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "debug.arch.")
  static final class Debug {

    @CField(bytes = 4)
    static final int EXCEPTION = 32;

    @CField(bytes = 8)
    static final int PC = 40;

    @CField(bytes = 8)
    static final int DR6 = 48;

    @CField(bytes = 8)
    static final int DR7 = 56;

    private Debug() {}
  }

  /** KVM_EXIT_MMIO. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "mmio.")
  static final class Mmio {

    @CField(bytes = 8)
    static final int PHYS_ADDR = 32;

    @CField(bytes = 8)
    static final int DATA = 40;

    @CField(bytes = 4)
    static final int LEN = 48;

    @CField(bytes = 1)
    static final int IS_WRITE = 52;

    private Mmio() {}
  }

  /** KVM_EXIT_HYPERCALL. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "hypercall.")
  static final class Hypercall {

    @CField(bytes = 8)
    static final int NR = 32;

    @CField(bytes = 48)
    static final int ARGS = 40;

    @CField(bytes = 8)
    static final int RET = 88;

    @CField(bytes = 4)
    static final int LONGMODE = 96;

    private Hypercall() {}
  }

  /** KVM_EXIT_INTERNAL_ERROR. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "internal.")
  static final class Internal {

    @CField(bytes = 4)
    static final int SUBERROR = 32;

    @CField(bytes = 4)
    static final int NDATA = 36;

    @CField(bytes = 128)
    static final int DATA = 40;

    private Internal() {}
  }

  /** KVM_EXIT_INTERNAL_ERROR with suberror KVM_INTERNAL_ERROR_EMULATION. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "emulation_failure.")
  static final class EmulationFailure {

    @CField(bytes = 8)
    static final int FLAGS = 40;

    @CField(bytes = 1)
    static final int INSN_SIZE = 48;

    @CField(bytes = 15)
    static final int INSN_BYTES = 49;

    private EmulationFailure() {}
  }

  /** KVM_EXIT_SYSTEM_EVENT. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "system_event.")
  static final class SystemEvent {

    @CField(bytes = 4)
    static final int TYPE = 32;

    @CField(bytes = 4)
    static final int NDATA = 36;

    @CField(bytes = 128)
    static final int DATA = 40;

    private SystemEvent() {}
  }

  /** KVM_EXIT_IOAPIC_EOI. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "eoi.")
  static final class Eoi {

    @CField(bytes = 1)
    static final int VECTOR = 32;

    private Eoi() {}
  }

  /** KVM_EXIT_X86_RDMSR and KVM_EXIT_X86_WRMSR. */
  @CStruct(header = "linux/kvm.h", type = "struct kvm_run", arm = "msr.")
  static final class Msr {

    @CField(bytes = 1)
    static final int ERROR = 32;

    @CField(bytes = 4)
    static final int REASON = 40;

    @CField(bytes = 4)
    static final int INDEX = 44;

    @CField(bytes = 8)
    static final int DATA = 48;

    private Msr() {}
  }

  private RunLayout() {}
}

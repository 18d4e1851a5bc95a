package dev.spore.kvm;

/** Flags and enumerators of the KVM structures (linux/kvm.h, asm/kvm.h), by family. */
@CMacros(
    headers = {"linux/kvm.h"},
    prefix = "KVM_")
public final class KvmConst {
  public static final int API_VERSION = 12;
  public static final int MEM_LOG_DIRTY_PAGES = 1;
  public static final int MEM_READONLY = 2;
  public static final int IRQCHIP_PIC_MASTER = 0;
  public static final int IRQCHIP_PIC_SLAVE = 1;
  public static final int IRQCHIP_IOAPIC = 2;
  public static final int PIT_SPEAKER_DUMMY = 1;
  public static final int PIT_FLAGS_HPET_LEGACY = 1;
  public static final int PIT_FLAGS_SPEAKER_DATA_ON = 2;
  public static final int EXIT_IO_IN = 0;
  public static final int EXIT_IO_OUT = 1;
  public static final int INTERNAL_ERROR_EMULATION = 1;
  public static final int INTERNAL_ERROR_SIMUL_EX = 2;
  public static final int INTERNAL_ERROR_DELIVERY_EV = 3;
  public static final int INTERNAL_ERROR_UNEXPECTED_EXIT_REASON = 4;
  public static final int INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES = 1;
  public static final int SYSTEM_EVENT_SHUTDOWN = 1;
  public static final int SYSTEM_EVENT_RESET = 2;
  public static final int SYSTEM_EVENT_CRASH = 3;
  public static final int MP_STATE_RUNNABLE = 0;
  public static final int MP_STATE_UNINITIALIZED = 1;
  public static final int MP_STATE_INIT_RECEIVED = 2;
  public static final int MP_STATE_HALTED = 3;
  public static final int MP_STATE_SIPI_RECEIVED = 4;
  public static final int VCPUEVENT_VALID_NMI_PENDING = 1;
  public static final int VCPUEVENT_VALID_SIPI_VECTOR = 2;
  public static final int VCPUEVENT_VALID_SHADOW = 4;
  public static final int VCPUEVENT_VALID_SMM = 8;
  public static final int VCPUEVENT_VALID_PAYLOAD = 16;
  public static final int VCPUEVENT_VALID_TRIPLE_FAULT = 32;
  public static final int X86_SHADOW_INT_MOV_SS = 1;
  public static final int X86_SHADOW_INT_STI = 2;
  public static final int GUESTDBG_ENABLE = 1;
  public static final int GUESTDBG_SINGLESTEP = 2;
  public static final int GUESTDBG_USE_SW_BP = 0x10000;
  public static final int GUESTDBG_USE_HW_BP = 0x20000;
  public static final int GUESTDBG_INJECT_DB = 0x40000;
  public static final int GUESTDBG_INJECT_BP = 0x80000;
  public static final int CLOCK_TSC_STABLE = 2;
  public static final int CLOCK_REALTIME = 4;
  public static final int CLOCK_HOST_TSC = 8;
  public static final int CPUID_FLAG_SIGNIFCANT_INDEX = 1;
  public static final int MSR_EXIT_REASON_UNKNOWN = 2;
  public static final int MSR_EXIT_REASON_INVAL = 1;
  public static final int MSR_EXIT_REASON_FILTER = 4;
  public static final int DIRTY_LOG_MANUAL_PROTECT_ENABLE = 1;
  public static final int DIRTY_LOG_INITIALLY_SET = 2;

  private KvmConst() {}
}

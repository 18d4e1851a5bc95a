package dev.spore.kvm;

/** Request numbers of the KVM device (linux/kvm.h); the call names of the errors are these. */
@CMacros(
    headers = {"linux/kvm.h"},
    prefix = "KVM_")
final class KvmIoctl {
  static final int GET_API_VERSION = 0xae00;
  static final int CREATE_VM = 0xae01;
  static final long GET_MSR_INDEX_LIST = 0xc004ae02L;
  static final int CHECK_EXTENSION = 0xae03;
  static final int GET_VCPU_MMAP_SIZE = 0xae04;
  static final long GET_SUPPORTED_CPUID = 0xc008ae05L;
  static final int CREATE_VCPU = 0xae41;
  static final int GET_DIRTY_LOG = 0x4010ae42;
  static final long CLEAR_DIRTY_LOG = 0xc018aec0L;
  static final int SET_USER_MEMORY_REGION = 0x4020ae46;
  static final int SET_TSS_ADDR = 0xae47;
  static final int SET_IDENTITY_MAP_ADDR = 0x4008ae48;
  static final int CREATE_IRQCHIP = 0xae60;
  static final int IRQ_LINE = 0x4008ae61;
  static final long GET_IRQCHIP = 0xc208ae62L;
  static final long SET_IRQCHIP = 0x8208ae63L;
  static final int CREATE_PIT2 = 0x4040ae77;
  static final long GET_PIT2 = 0x8070ae9fL;
  static final int SET_PIT2 = 0x4070aea0;
  static final int IRQFD = 0x4020ae76;
  static final int IOEVENTFD = 0x4040ae79;
  static final long GET_CLOCK = 0x8030ae7cL;
  static final int SET_CLOCK = 0x4030ae7b;
  static final int ENABLE_CAP = 0x4068aea3;
  static final int RUN = 0xae80;
  static final long GET_REGS = 0x8090ae81L;
  static final int SET_REGS = 0x4090ae82;
  static final long GET_SREGS = 0x8138ae83L;
  static final int SET_SREGS = 0x4138ae84;
  static final long TRANSLATE = 0xc018ae85L;
  static final long GET_MSRS = 0xc008ae88L;
  static final int SET_MSRS = 0x4008ae89;
  static final long GET_FPU = 0x81a0ae8cL;
  static final int SET_FPU = 0x41a0ae8d;
  static final long GET_LAPIC = 0x8400ae8eL;
  static final int SET_LAPIC = 0x4400ae8f;
  static final long GET_CPUID2 = 0xc008ae91L;
  static final int SET_CPUID2 = 0x4008ae90;
  static final long GET_MP_STATE = 0x8004ae98L;
  static final int SET_MP_STATE = 0x4004ae99;
  static final int NMI = 0xae9a;
  static final long GET_VCPU_EVENTS = 0x8040ae9fL;
  static final int SET_VCPU_EVENTS = 0x4040aea0;
  static final long GET_DEBUGREGS = 0x8080aea1L;
  static final int SET_DEBUGREGS = 0x4080aea2;
  static final long GET_XSAVE = 0x9000aea4L;
  static final int SET_XSAVE = 0x5000aea5;
  static final long GET_XSAVE2 = 0x9000aecfL;
  static final long GET_XCRS = 0x8188aea6L;
  static final int SET_XCRS = 0x4188aea7;
  static final int SET_TSC_KHZ = 0xaea2;
  static final int GET_TSC_KHZ = 0xaea3;
  static final int KVMCLOCK_CTRL = 0xaead;
  static final int SET_GUEST_DEBUG = 0x4048ae9b;

  private KvmIoctl() {}
}

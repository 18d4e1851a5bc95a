package dev.spore.kvm;

/** Structures of the VM and device requests (linux/kvm.h, asm/kvm.h). */
final class VmLayout {
  @CStruct(header = "linux/kvm.h", type = "struct kvm_userspace_memory_region")
  static final class MemoryRegion {
    static final int SIZE = 32;

    @CField(bytes = 4)
    static final int SLOT = 0;

    @CField(bytes = 4)
    static final int FLAGS = 4;

    @CField(bytes = 8)
    static final int GUEST_PHYS_ADDR = 8;

    @CField(bytes = 8)
    static final int MEMORY_SIZE = 16;

    @CField(bytes = 8)
    static final int USERSPACE_ADDR = 24;

    private MemoryRegion() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_dirty_log")
  static final class DirtyLog {
    static final int SIZE = 16;

    @CField(bytes = 4)
    static final int SLOT = 0;

    @CField(bytes = 8)
    static final int DIRTY_BITMAP = 8;

    private DirtyLog() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_clear_dirty_log")
  static final class ClearDirtyLog {
    static final int SIZE = 24;

    @CField(bytes = 4)
    static final int SLOT = 0;

    @CField(bytes = 4)
    static final int NUM_PAGES = 4;

    @CField(bytes = 8)
    static final int FIRST_PAGE = 8;

    @CField(bytes = 8)
    static final int DIRTY_BITMAP = 16;

    private ClearDirtyLog() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_enable_cap")
  static final class EnableCap {
    static final int SIZE = 104;

    @CField(bytes = 4)
    static final int CAP = 0;

    @CField(bytes = 4)
    static final int FLAGS = 4;

    @CField(bytes = 32)
    static final int ARGS = 8;

    private EnableCap() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_irq_level")
  static final class IrqLevel {
    static final int SIZE = 8;

    @CField(bytes = 4)
    static final int IRQ = 0;

    @CField(bytes = 4)
    static final int LEVEL = 4;

    private IrqLevel() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_irqfd")
  static final class Irqfd {
    static final int SIZE = 32;

    @CField(bytes = 4)
    static final int FD = 0;

    @CField(bytes = 4)
    static final int GSI = 4;

    @CField(bytes = 4)
    static final int FLAGS = 8;

    private Irqfd() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_ioeventfd")
  static final class Ioeventfd {
    static final int SIZE = 64;

    @CField(bytes = 8)
    static final int DATAMATCH = 0;

    @CField(bytes = 8)
    static final int ADDR = 8;

    @CField(bytes = 4)
    static final int LEN = 16;

    @CField(bytes = 4)
    static final int FD = 20;

    @CField(bytes = 4)
    static final int FLAGS = 24;

    private Ioeventfd() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_clock_data")
  static final class Clock {
    static final int SIZE = 48;

    @CField(bytes = 8)
    static final int CLOCK = 0;

    @CField(bytes = 4)
    static final int FLAGS = 8;

    @CField(bytes = 8)
    static final int REALTIME = 16;

    @CField(bytes = 8)
    static final int HOST_TSC = 24;

    private Clock() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_msr_list")
  static final class MsrList {
    static final int SIZE = 4;

    @CField(bytes = 4)
    static final int NMSRS = 0;

    private MsrList() {}
  }

  private VmLayout() {}
}

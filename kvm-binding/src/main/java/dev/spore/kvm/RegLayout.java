package dev.spore.kvm;

/** Register structures of a vCPU (asm/kvm.h). */
final class RegLayout {
  @CStruct(header = "linux/kvm.h", type = "struct kvm_regs")
  static final class Regs {
    static final int SIZE = 144;

    @CField(bytes = 8)
    static final int RAX = 0;

    @CField(bytes = 8)
    static final int RBX = 8;

    @CField(bytes = 8)
    static final int RCX = 16;

    @CField(bytes = 8)
    static final int RDX = 24;

    @CField(bytes = 8)
    static final int RSI = 32;

    @CField(bytes = 8)
    static final int RDI = 40;

    @CField(bytes = 8)
    static final int RSP = 48;

    @CField(bytes = 8)
    static final int RBP = 56;

    @CField(bytes = 8)
    static final int R8 = 64;

    @CField(bytes = 8)
    static final int R9 = 72;

    @CField(bytes = 8)
    static final int R10 = 80;

    @CField(bytes = 8)
    static final int R11 = 88;

    @CField(bytes = 8)
    static final int R12 = 96;

    @CField(bytes = 8)
    static final int R13 = 104;

    @CField(bytes = 8)
    static final int R14 = 112;

    @CField(bytes = 8)
    static final int R15 = 120;

    @CField(bytes = 8)
    static final int RIP = 128;

    @CField(bytes = 8)
    static final int RFLAGS = 136;

    private Regs() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_segment")
  static final class Segment {
    static final int SIZE = 24;

    @CField(bytes = 8)
    static final int BASE = 0;

    @CField(bytes = 4)
    static final int LIMIT = 8;

    @CField(bytes = 2)
    static final int SELECTOR = 12;

    @CField(bytes = 1)
    static final int TYPE = 14;

    @CField(bytes = 1)
    static final int PRESENT = 15;

    @CField(bytes = 1)
    static final int DPL = 16;

    @CField(bytes = 1)
    static final int DB = 17;

    @CField(bytes = 1)
    static final int S = 18;

    @CField(bytes = 1)
    static final int L = 19;

    @CField(bytes = 1)
    static final int G = 20;

    @CField(bytes = 1)
    static final int AVL = 21;

    @CField(bytes = 1)
    static final int UNUSABLE = 22;

    private Segment() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_dtable")
  static final class Dtable {
    static final int SIZE = 16;

    @CField(bytes = 8)
    static final int BASE = 0;

    @CField(bytes = 2)
    static final int LIMIT = 8;

    private Dtable() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_sregs")
  static final class Sregs {
    static final int SIZE = 312;

    @CField(bytes = 24)
    static final int CS = 0;

    @CField(bytes = 24)
    static final int DS = 24;

    @CField(bytes = 24)
    static final int ES = 48;

    @CField(bytes = 24)
    static final int FS = 72;

    @CField(bytes = 24)
    static final int GS = 96;

    @CField(bytes = 24)
    static final int SS = 120;

    @CField(bytes = 24)
    static final int TR = 144;

    @CField(bytes = 24)
    static final int LDT = 168;

    @CField(bytes = 16)
    static final int GDT = 192;

    @CField(bytes = 16)
    static final int IDT = 208;

    @CField(bytes = 8)
    static final int CR0 = 224;

    @CField(bytes = 8)
    static final int CR2 = 232;

    @CField(bytes = 8)
    static final int CR3 = 240;

    @CField(bytes = 8)
    static final int CR4 = 248;

    @CField(bytes = 8)
    static final int CR8 = 256;

    @CField(bytes = 8)
    static final int EFER = 264;

    @CField(bytes = 8)
    static final int APIC_BASE = 272;

    @CField(bytes = 32)
    static final int INTERRUPT_BITMAP = 280;

    private Sregs() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_fpu")
  static final class Fpu {
    static final int SIZE = 416;

    private Fpu() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_xsave")
  static final class Xsave {
    static final int SIZE = 4096;

    private Xsave() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_xcrs")
  static final class Xcrs {
    static final int SIZE = 392;

    @CField(bytes = 4)
    static final int NR_XCRS = 0;

    @CField(bytes = 4)
    static final int FLAGS = 4;

    @CField(bytes = 256)
    static final int XCRS = 8;

    private Xcrs() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_xcr")
  static final class Xcr {
    static final int SIZE = 16;

    @CField(bytes = 4)
    static final int XCR = 0;

    @CField(bytes = 8)
    static final int VALUE = 8;

    private Xcr() {}
  }

  @CStruct(header = "linux/kvm.h", type = "struct kvm_debugregs")
  static final class DebugRegs {
    static final int SIZE = 128;

    @CField(bytes = 32)
    static final int DB = 0;

    @CField(bytes = 8)
    static final int DR6 = 32;

    @CField(bytes = 8)
    static final int DR7 = 40;

    @CField(bytes = 8)
    static final int FLAGS = 48;

    private DebugRegs() {}
  }

  private RegLayout() {}
}

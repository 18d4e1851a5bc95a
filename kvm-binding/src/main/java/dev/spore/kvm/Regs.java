package dev.spore.kvm;

import java.lang.foreign.MemorySegment;

/** General registers of a vCPU ({@code struct kvm_regs}, asm/kvm.h). */
public record Regs(
    long rax,
    long rbx,
    long rcx,
    long rdx,
    long rsi,
    long rdi,
    long rsp,
    long rbp,
    long r8,
    long r9,
    long r10,
    long r11,
    long r12,
    long r13,
    long r14,
    long r15,
    long rip,
    long rflags) {
  /** RFLAGS after reset: only the bit that is always set. */
  public static final long RFLAGS_RESET = 2;

  /** About to execute at {@code rip} with {@code rsi} given and the rest zero. */
  public static Regs at(long rip, long rsi) {
    return new Regs(0, 0, 0, 0, rsi, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, rip, RFLAGS_RESET);
  }

  static Regs read(MemorySegment struct) {
    return new Regs(
        Field.u64(struct, RegLayout.Regs.RAX),
        Field.u64(struct, RegLayout.Regs.RBX),
        Field.u64(struct, RegLayout.Regs.RCX),
        Field.u64(struct, RegLayout.Regs.RDX),
        Field.u64(struct, RegLayout.Regs.RSI),
        Field.u64(struct, RegLayout.Regs.RDI),
        Field.u64(struct, RegLayout.Regs.RSP),
        Field.u64(struct, RegLayout.Regs.RBP),
        Field.u64(struct, RegLayout.Regs.R8),
        Field.u64(struct, RegLayout.Regs.R9),
        Field.u64(struct, RegLayout.Regs.R10),
        Field.u64(struct, RegLayout.Regs.R11),
        Field.u64(struct, RegLayout.Regs.R12),
        Field.u64(struct, RegLayout.Regs.R13),
        Field.u64(struct, RegLayout.Regs.R14),
        Field.u64(struct, RegLayout.Regs.R15),
        Field.u64(struct, RegLayout.Regs.RIP),
        Field.u64(struct, RegLayout.Regs.RFLAGS));
  }

  MemorySegment write() {
    MemorySegment struct = Scratch.zeroed(RegLayout.Regs.SIZE);
    Field.put64(struct, RegLayout.Regs.RAX, rax);
    Field.put64(struct, RegLayout.Regs.RBX, rbx);
    Field.put64(struct, RegLayout.Regs.RCX, rcx);
    Field.put64(struct, RegLayout.Regs.RDX, rdx);
    Field.put64(struct, RegLayout.Regs.RSI, rsi);
    Field.put64(struct, RegLayout.Regs.RDI, rdi);
    Field.put64(struct, RegLayout.Regs.RSP, rsp);
    Field.put64(struct, RegLayout.Regs.RBP, rbp);
    Field.put64(struct, RegLayout.Regs.R8, r8);
    Field.put64(struct, RegLayout.Regs.R9, r9);
    Field.put64(struct, RegLayout.Regs.R10, r10);
    Field.put64(struct, RegLayout.Regs.R11, r11);
    Field.put64(struct, RegLayout.Regs.R12, r12);
    Field.put64(struct, RegLayout.Regs.R13, r13);
    Field.put64(struct, RegLayout.Regs.R14, r14);
    Field.put64(struct, RegLayout.Regs.R15, r15);
    Field.put64(struct, RegLayout.Regs.RIP, rip);
    Field.put64(struct, RegLayout.Regs.RFLAGS, rflags);
    return struct;
  }
}

package dev.spore.kvm;

import java.lang.foreign.MemorySegment;

/** The guest's debug registers ({@code struct kvm_debugregs}, asm/kvm.h). */
public record DebugRegs(long db0, long db1, long db2, long db3, long dr6, long dr7, long flags) {
  static DebugRegs read(MemorySegment struct) {
    return new DebugRegs(
        Field.u64(struct, RegLayout.DebugRegs.DB),
        Field.u64(struct, RegLayout.DebugRegs.DB + 8),
        Field.u64(struct, RegLayout.DebugRegs.DB + 16),
        Field.u64(struct, RegLayout.DebugRegs.DB + 24),
        Field.u64(struct, RegLayout.DebugRegs.DR6),
        Field.u64(struct, RegLayout.DebugRegs.DR7),
        Field.u64(struct, RegLayout.DebugRegs.FLAGS));
  }

  MemorySegment write() {
    MemorySegment struct = Scratch.zeroed(RegLayout.DebugRegs.SIZE);
    Field.put64(struct, RegLayout.DebugRegs.DB, db0);
    Field.put64(struct, RegLayout.DebugRegs.DB + 8, db1);
    Field.put64(struct, RegLayout.DebugRegs.DB + 16, db2);
    Field.put64(struct, RegLayout.DebugRegs.DB + 24, db3);
    Field.put64(struct, RegLayout.DebugRegs.DR6, dr6);
    Field.put64(struct, RegLayout.DebugRegs.DR7, dr7);
    Field.put64(struct, RegLayout.DebugRegs.FLAGS, flags);
    return struct;
  }
}

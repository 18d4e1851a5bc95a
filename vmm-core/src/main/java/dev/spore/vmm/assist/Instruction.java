package dev.spore.vmm.assist;

import org.jspecify.annotations.Nullable;

/**
 * One decoded 64-bit mode instruction (SDM volume 2 §2), as far as the assists need it.
 *
 * @param opcode opcode byte, or {@code 0x0f00 | byte} for the two-byte map
 * @param repeat the last of F2/F3, or 0
 * @param modrm the ModRM byte, or -1 where the opcode has none
 * @param memory the memory operand, or null for a register operand or none
 * @param lengthBytes 1 to 15
 */
record Instruction(
    int opcode,
    boolean lock,
    boolean operandSize16,
    int repeat,
    int rex,
    int modrm,
    @Nullable Memory memory,
    int lengthBytes) {

  /**
   * A memory operand: base + index × scale + displacement, register numbers or -1.
   *
   * @param ripRelative the displacement counts from the next instruction
   */
  record Memory(
      int base,
      int index,
      int scale,
      long displacement,
      boolean ripRelative,
      boolean address32,
      CpuState.Segment segment) {}

  boolean rexW() {
    return (rex & 8) != 0;
  }

  /** The reg field of ModRM, extended by REX.R. */
  int reg() {
    return (modrm >> 3 & 7) | (rex & 4) << 1;
  }

  /** The reg field of ModRM where it extends the opcode. */
  int opcodeExtension() {
    return modrm >> 3 & 7;
  }

  /** The rm field of ModRM as a register, extended by REX.B. */
  int rm() {
    return (modrm & 7) | (rex & 1) << 3;
  }

  /** Linear address of the memory operand with the registers as they are in {@code cpu}. */
  long linearAddress(CpuState cpu) {
    Memory operand = memory;
    if (operand == null) {
      throw new IllegalStateException("instruction has no memory operand");
    }
    long address = operand.displacement();
    if (operand.ripRelative()) {
      address += cpu.rip() + lengthBytes;
    }
    if (operand.base() >= 0) {
      address += cpu.gpr(operand.base());
    }
    if (operand.index() >= 0) {
      address += cpu.gpr(operand.index()) * operand.scale();
    }
    if (operand.address32()) {
      address &= 0xffff_ffffL;
    }
    return address + cpu.segmentBase(operand.segment());
  }
}

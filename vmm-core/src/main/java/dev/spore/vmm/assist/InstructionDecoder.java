package dev.spore.vmm.assist;

import dev.spore.vmm.assist.CpuState.Segment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the few 64-bit mode instructions an assist may meet (SDM volume 2 §2.1–2.2). Guest code
 * bytes are hostile: anything unknown or cut short is empty, never an exception.
 */
final class InstructionDecoder {
  /** The processor's own limit on an instruction's length, bytes (SDM volume 3 §6.15, #GP). */
  static final int LENGTH_BYTES_MAX = 15;

  private static final int TWO_BYTE = 0x0f;

  private final byte[] code;
  private final int limit;
  private int at;

  private boolean lock;
  private boolean operandSize16;
  private boolean address32;
  private int repeat;
  private Segment segment = Segment.NONE;
  private int rex;

  private InstructionDecoder(byte[] code, int length) {
    this.code = code;
    this.limit = Math.min(length, LENGTH_BYTES_MAX);
  }

  /** Decodes the instruction at the start of {@code code[0, length)}. */
  static Optional<Instruction> decode(byte[] code, int length) {
    try {
      return new InstructionDecoder(code, Math.min(length, code.length)).decode();
    } catch (CutShort cut) {
      return Optional.empty();
    }
  }

  private Optional<Instruction> decode() {
    int opcode = prefixes();
    if (opcode == TWO_BYTE) {
      opcode = 0x0f00 | u8();
    }
    if (!hasModrm(opcode)) {
      return isKnownWithoutModrm(opcode)
          ? Optional.of(instruction(opcode, -1, null))
          : Optional.empty();
    }
    int modrm = u8();
    Instruction.Memory memory = modrm >= 0xc0 ? null : memory(modrm);
    return Optional.of(instruction(opcode, modrm, memory));
  }

  private Instruction instruction(int opcode, int modrm, Instruction.@Nullable Memory memory) {
    return new Instruction(opcode, lock, operandSize16, repeat, rex, modrm, memory, at);
  }

  private static boolean isKnownWithoutModrm(int opcode) {
    return opcode == 0xcc || opcode == 0x9b;
  }

  private static boolean hasModrm(int opcode) {
    return opcode == 0x0f01 || opcode == 0x0fae || opcode == 0x0fb8 || opcode == 0x0fc7;
  }

  /** Consumes prefixes and returns the first opcode byte. A REX counts only right before it. */
  private int prefixes() {
    while (true) {
      int b = u8();
      switch (b) {
        case 0xf0 -> lock = true;
        case 0xf2, 0xf3 -> repeat = b;
        case 0x66 -> operandSize16 = true;
        case 0x67 -> address32 = true;
        case 0x64 -> segment = Segment.FS;
        case 0x65 -> segment = Segment.GS;
        case 0x26, 0x2e, 0x36, 0x3e -> {
          // ES, CS, SS, DS: no effect in 64-bit mode.
        }
        default -> {
          if ((b & 0xf0) != 0x40) {
            return b;
          }
          rex = b & 0x0f;
          int next = peek();
          if (!isPrefix(next)) {
            return u8();
          }
          rex = 0;
        }
      }
    }
  }

  private static boolean isPrefix(int b) {
    return switch (b) {
      case 0xf0, 0xf2, 0xf3, 0x66, 0x67, 0x64, 0x65, 0x26, 0x2e, 0x36, 0x3e -> true;
      default -> (b & 0xf0) == 0x40;
    };
  }

  private Instruction.Memory memory(int modrm) {
    int mod = modrm >> 6;
    int rm = modrm & 7;
    int base = rm | (rex & 1) << 3;
    int index = -1;
    int scale = 1;
    boolean ripRelative = false;
    boolean displacement32 = mod == 2;
    if (rm == 4) {
      int sib = u8();
      scale = 1 << (sib >> 6);
      index = (sib >> 3 & 7) | (rex & 2) << 2;
      if (index == 4) {
        index = -1;
      }
      base = (sib & 7) | (rex & 1) << 3;
      if ((sib & 7) == 5 && mod == 0) {
        base = -1;
        displacement32 = true;
      }
    } else if (rm == 5 && mod == 0) {
      base = -1;
      ripRelative = true;
      displacement32 = true;
    }
    long displacement = mod == 1 ? (byte) u8() : displacement32 ? s32() : 0;
    return new Instruction.Memory(
        base, index, scale, displacement, ripRelative, address32, segment);
  }

  private int peek() {
    if (at >= limit) {
      throw new CutShort();
    }
    return code[at] & 0xff;
  }

  private int u8() {
    int value = peek();
    at++;
    return value;
  }

  private int s32() {
    return u8() | u8() << 8 | u8() << 16 | u8() << 24;
  }

  /** The bytes ended inside the instruction. */
  private static final class CutShort extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CutShort() {
      super("instruction is cut short", null, false, false);
    }
  }
}

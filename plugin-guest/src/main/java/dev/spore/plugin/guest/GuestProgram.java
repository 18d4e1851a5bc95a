package dev.spore.plugin.guest;

import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.value.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A verified module as the guest's interpreter reads it (machine.h, {@code image}): three
 * addresses, then functions, constants, lists of registers, code and the constants' objects.
 */
final class GuestProgram {
  private static final int HEAD_BYTES = 32;
  private static final int FUNCTION_BYTES = 16;
  private static final int INSTRUCTION_BYTES = 16;

  /** Stands where code ends without a return. */
  private static final int END = 16;

  /** Registers beyond this number are of frames that no memory limit lets be entered. */
  private static final long REGISTER_MAX = GuestLimits.RUN_MEMORY_BYTES_MAX / 16;

  private final PluginModule module;
  private final Map<String, Integer> functions = new HashMap<>();
  private final ByteBuffer out;
  private final long base;
  private int lists;
  private final int listsStart;

  private GuestProgram(PluginModule module, int bytes, long base) {
    this.module = module;
    this.base = base;
    for (int i = 0; i < module.functions().size(); i++) {
      functions.put(module.functions().get(i).name(), i);
    }
    out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    listsStart =
        HEAD_BYTES
            + FUNCTION_BYTES * module.functions().size()
            + ValueObjects.SLOT_BYTES * module.constants().size();
    lists = listsStart;
  }

  /** Bytes of a module in this form. */
  static long bytes(PluginModule module) {
    long bytes = HEAD_BYTES + (long) FUNCTION_BYTES * module.functions().size();
    bytes += (long) ValueObjects.SLOT_BYTES * module.constants().size();
    for (Value constant : module.constants()) {
      bytes += ValueObjects.bytes(constant);
    }
    return bytes + listBytes(module) + codeBytes(module);
  }

  private static long codeBytes(PluginModule module) {
    long bytes = 0;
    for (PluginFunction function : module.functions()) {
      bytes += INSTRUCTION_BYTES * (function.code().size() + 1L);
    }
    return bytes;
  }

  private static long listBytes(PluginModule module) {
    long bytes = 0;
    for (PluginFunction function : module.functions()) {
      for (Instruction instruction : function.code()) {
        if (instruction.opcode().hasList()) {
          bytes += 4L * (1 + instruction.list().size());
        }
      }
    }
    return (bytes + 15) / 16 * 16;
  }

  /**
   * @param base address of the first byte
   */
  static byte[] encode(PluginModule module, long base) {
    GuestProgram program = new GuestProgram(module, (int) bytes(module), base);
    program.write();
    return program.out.array();
  }

  private void write() {
    int constants = HEAD_BYTES + FUNCTION_BYTES * module.functions().size();
    out.putLong(0, base + HEAD_BYTES);
    out.putLong(8, base + constants);
    out.putLong(16, base + listsStart);
    int code = listsStart + (int) listBytes(module);
    for (int i = 0; i < module.functions().size(); i++) {
      PluginFunction function = module.functions().get(i);
      out.putLong(HEAD_BYTES + i * FUNCTION_BYTES, base + code);
      out.putLong(HEAD_BYTES + i * FUNCTION_BYTES + 8, function.registers());
      for (int pc = 0; pc < function.code().size(); pc++) {
        instruction(code, pc, function.code().get(pc));
        code += INSTRUCTION_BYTES;
      }
      out.putInt(code, END);
      code += INSTRUCTION_BYTES;
    }
    ValueObjects objects = new ValueObjects(out, base, code);
    for (int i = 0; i < module.constants().size(); i++) {
      objects.slot(constants + i * ValueObjects.SLOT_BYTES, module.constants().get(i));
    }
  }

  private void instruction(int at, int pc, Instruction instruction) {
    Opcode opcode = instruction.opcode();
    out.putInt(at, opcode.tag());
    for (int i = 0; i < opcode.numbers(); i++) {
      long number = instruction.number(i);
      int operand =
          i < opcode.registers()
              ? register(number)
              : opcode == Opcode.CONST ? (int) number : (int) (number - pc) * INSTRUCTION_BYTES;
      out.putInt(at + 4 + 4 * i, operand);
    }
    if (opcode == Opcode.CALL) {
      out.putInt(at + 8, functions.getOrDefault(instruction.name(), 0));
    }
    if (opcode.hasList()) {
      out.putInt(at + 12, list(instruction.list()));
    }
  }

  private static int register(long number) {
    return number >= 0 && number <= REGISTER_MAX ? (int) number * ValueObjects.SLOT_BYTES : 0;
  }

  /** Writes a list of registers; how far from the first list it is. */
  private int list(List<Long> registers) {
    int at = lists;
    out.putInt(at, registers.size());
    for (int i = 0; i < registers.size(); i++) {
      out.putInt(at + 4 + 4 * i, register(registers.get(i)));
    }
    lists += 4 * (1 + registers.size());
    return at - listsStart;
  }
}

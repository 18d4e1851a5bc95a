package dev.spore.plugin.run;

import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.verify.Verifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A verified module in the form the interpreter runs: four ints an instruction, names resolved to
 * indexes, one instruction more at the end of each function that says so. Immutable.
 */
public final class Program {
  /** Ints of an instruction. */
  static final int STRIDE = 4;

  /** Stands where code ends without a return. */
  static final int END = 16;

  private final PluginModule module;
  private final int[][] code;
  private final List<int[]> lists = new ArrayList<>();

  private Program(PluginModule module) {
    this.module = module;
    Map<String, Integer> functions = new HashMap<>();
    for (int i = 0; i < module.functions().size(); i++) {
      functions.put(module.functions().get(i).name(), i);
    }
    Map<String, Integer> capabilities = new HashMap<>();
    for (int i = 0; i < module.capabilities().size(); i++) {
      capabilities.put(module.capabilities().get(i).id(), i);
    }
    code = new int[module.functions().size()][];
    for (int i = 0; i < code.length; i++) {
      code[i] = decode(module.functions().get(i), functions, capabilities);
    }
  }

  /**
   * Prepares a module.
   *
   * @throws dev.spore.plugin.VerifyException if it must not run
   */
  public static Program of(PluginModule module) {
    Verifier.verify(module);
    return new Program(module);
  }

  public PluginModule module() {
    return module;
  }

  int[] code(int function) {
    return code[function];
  }

  /** Registers of a list operand. */
  int[] list(int index) {
    return lists.get(index);
  }

  private int[] decode(
      PluginFunction function, Map<String, Integer> functions, Map<String, Integer> capabilities) {
    int length = function.code().size();
    int[] out = new int[(length + 1) * STRIDE];
    for (int pc = 0; pc < length; pc++) {
      Instruction instruction = function.code().get(pc);
      Opcode opcode = instruction.opcode();
      int at = pc * STRIDE;
      out[at] = opcode.tag();
      // Numbers beyond 31 bits are registers of frames that no memory limit lets be entered.
      out[at + 1] = (int) instruction.a();
      out[at + 2] = (int) instruction.b();
      out[at + 3] = (int) instruction.c();
      if (opcode.hasList()) {
        out[at + 3] = lists.size();
        lists.add(instruction.list().stream().mapToInt(Long::intValue).toArray());
      }
      if (opcode == Opcode.CALL) {
        out[at + 2] = functions.getOrDefault(instruction.name(), -1);
      } else if (opcode == Opcode.CAP_CALL) {
        out[at + 2] = capabilities.getOrDefault(instruction.name(), -1);
      }
    }
    out[length * STRIDE] = END;
    return out;
  }
}

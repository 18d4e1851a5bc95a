package dev.spore.plugin.asm;

import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.value.FloatText;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueText;
import dev.spore.plugin.value.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rendering a compiler emits to be read by people. It shows what the code does but does not
 * read back faithfully: whole floats lose their point, backslashes double, exports and lines are
 * left out. {@link Disassembler} is what reads back.
 */
public final class CasmText {
  private CasmText() {}

  /** Renders a module whose names, constants and capabilities came from a source. */
  public static String render(PluginModule module) {
    StringBuilder out = new StringBuilder();
    out.append(".module ").append(quoted(module.name())).append('\n');
    module.capabilities().forEach(capability -> out.append(capability(capability)).append('\n'));
    out.append('\n');
    for (PluginFunction function : module.functions()) {
      out.append(header(function)).append('\n');
      for (Instruction instruction : function.code()) {
        out.append("  ").append(instruction(instruction, constant(module, instruction)));
        out.append('\n');
      }
      out.append(".end\n\n");
    }
    return out.toString();
  }

  static String header(PluginFunction function) {
    String head = ".fn " + function.name() + " r" + Long.toUnsignedString(function.registers());
    return function.arity() == 0
        ? head
        : head + " arity=" + Long.toUnsignedString(function.arity());
  }

  static String capability(Capability capability) {
    String params =
        capability.params().stream().map(ValueType::text).collect(Collectors.joining(", "));
    String text =
        ".cap " + capability.id() + "(" + params + ") -> " + capability.returnType().text();
    String reason = capability.reason();
    return reason == null ? text : text + " reason=" + quoted(reason);
  }

  /** One instruction; a constant is written as given. */
  static String instruction(Instruction instruction, String constant) {
    Opcode opcode = instruction.opcode();
    List<String> operands = new ArrayList<>();
    for (int i = 0; i < opcode.numbers(); i++) {
      if (i < opcode.registers()) {
        operands.add("r" + Long.toUnsignedString(instruction.number(i)));
      } else {
        operands.add(
            opcode == Opcode.CONST ? constant : Long.toUnsignedString(instruction.number(i)));
      }
    }
    if (opcode.hasName()) {
      operands.add(instruction.name());
    }
    instruction.list().forEach(register -> operands.add("r" + Long.toUnsignedString(register)));
    return opcode.text() + " " + String.join(", ", operands);
  }

  private static String constant(PluginModule module, Instruction instruction) {
    return instruction.opcode() == Opcode.CONST
        ? literal(module.constants().get((int) instruction.b()))
        : "";
  }

  private static String literal(Value value) {
    return switch (value) {
      case Value.F64(double number) -> FloatText.plain(number);
      case Value.Text text -> quoted(text.value());
      case Value.Nil _,
          Value.Bool _,
          Value.I64 _,
          Value.Array _,
          Value.FunctionName _,
          Value.CapabilityName _ ->
          ValueText.plain(value);
    };
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}

package dev.spore.plugin.asm;

import dev.spore.plugin.SourceException;
import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.source.ConstantPool;
import dev.spore.plugin.source.Signatures;
import dev.spore.plugin.value.FloatText;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A module as assembly text that assembles to the same module. What plain assembly cannot say takes
 * three forms of its own: {@code .constant JSON} with {@code cN}, {@code .line N} or {@code .line
 * none}, and {@code .unmapped}.
 */
public final class Disassembler {
  private final PluginModule module;
  private final boolean declared;
  private final StringBuilder out = new StringBuilder();

  private Disassembler(PluginModule module) {
    this.module = module;
    this.declared = !literalsSuffice(module);
  }

  /**
   * Text of a module.
   *
   * @throws SourceException if no assembly text gives the module, as for a function without code or
   *     a name with a line feed in it
   */
  public static String disassemble(PluginModule module) {
    String text = new Disassembler(module).text();
    try {
      if (Assembler.assemble(text).equals(module)) {
        return text;
      }
    } catch (SourceException e) {
      throw new SourceException(
          "module " + module.name() + " cannot be written as assembly text: " + e.getMessage());
    }
    throw new SourceException(
        "module "
            + module.name()
            + " cannot be written as assembly text: a name, constant or export has no such form");
  }

  private String text() {
    line(".module " + quoted(module.name()));
    module.capabilities().forEach(capability -> line(CasmText.capability(capability)));
    module.exports().keySet().forEach(export -> line(".export " + export));
    if (declared) {
      module.constants().forEach(constant -> line(".constant " + json(constant)));
    }
    module.functions().forEach(this::function);
    return out.toString();
  }

  private void function(PluginFunction function) {
    line("");
    line(CasmText.header(function));
    SourceLines lines = function.sourceLines();
    if (lines.size() == 0) {
      line("  .unmapped");
    }
    for (int pc = 0; pc < function.code().size(); pc++) {
      if (lines.size() > 0 && (pc == 0 || lines.at(pc) != lines.at(pc - 1))) {
        line("  .line " + (lines.at(pc) == SourceLines.NONE ? "none" : lines.at(pc)));
      }
      Instruction instruction = function.code().get(pc);
      line("  " + CasmText.instruction(instruction, constant(instruction)));
    }
    line(".end");
  }

  private String constant(Instruction instruction) {
    if (instruction.opcode() != Opcode.CONST) {
      return "";
    }
    return declared
        ? "c" + Long.toUnsignedString(instruction.b())
        : literal(module.constants().get((int) instruction.b())).orElseThrow();
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  /** Whether literals in the code give the constants, in their order and no others. */
  private static boolean literalsSuffice(PluginModule module) {
    List<Value> constants = module.constants();
    ConstantPool pool = new ConstantPool();
    for (PluginFunction function : module.functions()) {
      for (Instruction instruction : function.code()) {
        if (instruction.opcode() == Opcode.CONST) {
          long index = instruction.b();
          if (Long.compareUnsigned(index, constants.size()) >= 0
              || literal(constants.get((int) index)).isEmpty()
              || pool.index(constants.get((int) index)) != index) {
            return false;
          }
        }
      }
    }
    return pool.constants().equals(constants);
  }

  private static Optional<String> literal(Value value) {
    return switch (value) {
      case Value.Nil _, Value.Bool _, Value.I64 _ -> Optional.of(ValueText.plain(value));
      case Value.F64(double number) ->
          Double.isFinite(number)
              ? Optional.of(withPoint(FloatText.plain(number)))
              : Optional.empty();
      case Value.Text text -> textLiteral(text.value());
      case Value.Array _, Value.FunctionName _, Value.CapabilityName _ -> Optional.empty();
    };
  }

  private static String withPoint(String number) {
    return number.indexOf('.') < 0 ? number + ".0" : number;
  }

  /** Backslashes, and hashes beside quotes, mean other things to each scanner: left to JSON. */
  private static Optional<String> textLiteral(String text) {
    String quoted = quoted(text);
    boolean plain =
        text.indexOf('\\') < 0
            && text.indexOf('#') < 0
            && text.indexOf('\r') < 0
            && Signatures.quoted(0, quoted).equals(text);
    return plain ? Optional.of(quoted) : Optional.empty();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  /** JSON without a hash or an escaped quote, which the scan for comments would misread. */
  private static String json(Value value) {
    String text =
        new String(JsonWriter.toBytes(false, json -> json.value(value)), StandardCharsets.UTF_8);
    StringBuilder safe = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (unit == '\\') {
        i++;
        safe.append(text.charAt(i) == '"' ? "\\u0022" : "\\" + text.charAt(i));
      } else {
        safe.append(unit == '#' ? "\\u0023" : String.valueOf(unit));
      }
    }
    return safe.toString();
  }
}

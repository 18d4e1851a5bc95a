package dev.spore.plugin.asm;

import dev.spore.plugin.SourceException;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.source.ConstantPool;
import dev.spore.plugin.source.Numbers;
import dev.spore.plugin.source.Signatures;
import dev.spore.plugin.source.SourceLine;
import dev.spore.plugin.value.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The function that is being assembled. */
final class FunctionText {
  /** A jump whose label may come later. */
  private record Fixup(int pc, int line, String label) {}

  private final String name;
  private final long registers;
  private final long arity;
  private final ConstantPool constants;
  private final List<Instruction> code = new ArrayList<>();
  private final List<Long> lines = new ArrayList<>();
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Fixup> fixups = new ArrayList<>();

  /** What {@code .line} said last; without it an instruction has the line it stands on. */
  private OptionalLong mappedLine = OptionalLong.empty();

  private boolean unmapped;

  private FunctionText(String name, long registers, long arity, ConstantPool constants) {
    this.name = name;
    this.registers = registers;
    this.arity = arity;
    this.constants = constants;
  }

  /** Reads what follows {@code .fn}. */
  static FunctionText begin(int line, String header, ConstantPool constants) {
    List<String> words = SourceLine.words(header);
    if (words.size() < 2) {
      throw new SourceException(line, ".fn expects name and register count");
    }
    long registers = register(line, words.get(1));
    if (registers == 0) {
      throw new SourceException(line, "register count must be greater than zero");
    }
    long arity = 0;
    for (String attribute : words.subList(2, words.size())) {
      if (attribute.startsWith("arity=")) {
        arity =
            Numbers.unsigned(attribute.substring("arity=".length()))
                .orElseThrow(() -> new SourceException(line, "invalid arity"));
      }
    }
    return new FunctionText(words.getFirst(), registers, arity, constants);
  }

  /** Takes a label or an instruction. */
  void line(int line, String text) {
    if (text.endsWith(":")) {
      labels.put(SourceLine.trim(text.substring(0, text.length() - 1)), code.size());
      return;
    }
    if (text.equals(".unmapped")) {
      unmapped = true;
      return;
    }
    int space = 0;
    while (space < text.length() && !SourceLine.isSpace(text.charAt(space))) {
      space++;
    }
    String word = text.substring(0, space);
    List<String> operands = Operands.split(line, text.substring(space));
    if (word.equals(".line")) {
      mapLine(line, operands);
      return;
    }
    Opcode opcode = Opcode.ofText(word);
    if (opcode == null) {
      throw new SourceException(line, "unknown opcode " + word);
    }
    checkCount(line, opcode, operands.size());
    code.add(instruction(line, opcode, operands));
    lines.add(mappedLine.orElse(line));
  }

  /** The finished function, every label resolved. */
  PluginFunction end(int line) {
    if (code.isEmpty()) {
      throw new SourceException(line, "function has no instructions");
    }
    for (Fixup fixup : fixups) {
      Integer target = labels.get(fixup.label);
      if (target == null) {
        throw new SourceException(fixup.line, "unknown label " + fixup.label);
      }
      Instruction jump = code.get(fixup.pc);
      code.set(
          fixup.pc,
          jump.opcode() == Opcode.JUMP
              ? Instruction.of(Opcode.JUMP, target, 0, 0)
              : Instruction.of(Opcode.JUMP_IF, jump.a(), target, 0));
    }
    SourceLines map =
        unmapped
            ? SourceLines.EMPTY
            : SourceLines.of(lines.stream().mapToLong(Long::longValue).toArray());
    return new PluginFunction(name, registers, arity, code, map);
  }

  private void mapLine(int line, List<String> operands) {
    String operand = operands.size() == 1 ? operands.getFirst() : "";
    OptionalLong number =
        operand.equals("none") ? OptionalLong.of(SourceLines.NONE) : Numbers.signed(operand);
    if (number.isEmpty() || number.getAsLong() < SourceLines.NONE) {
      throw new SourceException(line, ".line expects a line number or none");
    }
    mappedLine = number;
  }

  private static void checkCount(int line, Opcode opcode, int count) {
    if (opcode.hasName() && count < 2) {
      throw new SourceException(
          line,
          opcode == Opcode.CALL
              ? "call expects dst, function, and optional args"
              : "cap_call expects dst, capability, and optional args");
    }
    if (opcode == Opcode.ARRAY_NEW && count < 1) {
      throw new SourceException(line, "array_new expects dst and optional item registers");
    }
    int expected = opcode.operands().size();
    if (!opcode.hasList() && count != expected) {
      throw new SourceException(
          line, opcode.text() + " expects " + expected + " operands, got " + count);
    }
  }

  private Instruction instruction(int line, Opcode opcode, List<String> operands) {
    if (opcode.hasList()) {
      long dst = register(line, operands.getFirst());
      int fixed = opcode.hasName() ? 2 : 1;
      List<Long> list = new ArrayList<>();
      for (String operand : operands.subList(fixed, operands.size())) {
        list.add(register(line, operand));
      }
      return Instruction.of(opcode, dst, opcode.hasName() ? operands.get(1) : "", list);
    }
    long[] numbers = new long[3];
    for (int i = 0; i < operands.size(); i++) {
      String operand = operands.get(i);
      if (i < opcode.registers()) {
        numbers[i] = register(line, operand);
      } else if (opcode == Opcode.CONST) {
        numbers[i] = constant(line, operand);
      } else {
        numbers[i] = target(line, operand);
      }
    }
    return Instruction.of(opcode, numbers[0], numbers[1], numbers[2]);
  }

  private long constant(int line, String operand) {
    OptionalLong declared =
        operand.startsWith("c") ? Numbers.unsigned(operand.substring(1)) : OptionalLong.empty();
    if (declared.isEmpty()) {
      return constants.index(literal(line, operand));
    }
    return declared.getAsLong();
  }

  private long target(int line, String operand) {
    OptionalLong number = Numbers.unsigned(operand);
    if (number.isEmpty()) {
      fixups.add(new Fixup(code.size(), line, operand));
    }
    return number.orElse(0);
  }

  private static long register(int line, String text) {
    if (!text.startsWith("r")) {
      throw new SourceException(line, "expected register, got " + text);
    }
    return Numbers.unsigned(text.substring(1))
        .orElseThrow(() -> new SourceException(line, "invalid register " + text));
  }

  private static Value literal(int line, String text) {
    return switch (text) {
      case "nil" -> Value.Nil.NIL;
      case "true" -> new Value.Bool(true);
      case "false" -> new Value.Bool(false);
      default ->
          text.startsWith("\"")
              ? new Value.Text(Signatures.quoted(line, text))
              : number(line, text);
    };
  }

  private static Value number(int line, String text) {
    if (text.indexOf('.') >= 0) {
      OptionalDouble number = Numbers.decimal(text);
      if (number.isEmpty()) {
        throw new SourceException(line, "invalid float literal " + text);
      }
      return new Value.F64(number.getAsDouble());
    }
    OptionalLong number = Numbers.signed(text);
    if (number.isEmpty()) {
      throw new SourceException(line, "invalid literal " + text);
    }
    return new Value.I64(number.getAsLong());
  }
}

package dev.spore.plugin.module;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sixteen instructions; the ordinal is the tag of the binary form. Every form has its operands
 * in one order: numbers, then a name, then a list of registers; the numbers that are registers come
 * first.
 */
public enum Opcode {
  CONST("const", "Const", 1, "dst", "constant"),
  MOVE("move", "Move", 2, "dst", "src"),
  ADD("add", "Add", 3, "dst", "lhs", "rhs"),
  SUB("sub", "Sub", 3, "dst", "lhs", "rhs"),
  MUL("mul", "Mul", 3, "dst", "lhs", "rhs"),
  DIV("div", "Div", 3, "dst", "lhs", "rhs"),
  EQ("eq", "Eq", 3, "dst", "lhs", "rhs"),
  LT("lt", "Lt", 3, "dst", "lhs", "rhs"),
  JUMP("jump", "Jump", 0, "target"),
  JUMP_IF("jump_if", "JumpIf", 1, "cond", "target"),
  CALL("call", "Call", 1, "dst", "function", "args"),
  RET("ret", "Ret", 1, "src"),
  CAP_CALL("cap_call", "CapCall", 1, "dst", "capability", "args"),
  ARRAY_NEW("array_new", "ArrayNew", 1, "dst", "items"),
  ARRAY_GET("array_get", "ArrayGet", 3, "dst", "array", "index"),
  ARRAY_SET("array_set", "ArraySet", 3, "array", "index", "value");

  private static final Opcode[] OPCODES = values();

  private final String text;
  private final String json;
  private final int registers;
  private final int numbers;

  // List.of cannot change, which its type does not say.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<String> operands;

  Opcode(String text, String json, int registers, String... operands) {
    this.text = text;
    this.json = json;
    this.registers = registers;
    this.operands = List.of(operands);
    this.numbers = (int) this.operands.stream().filter(o -> !isName(o) && !isList(o)).count();
  }

  /** Its number in the binary form. */
  @SuppressWarnings("EnumOrdinal") // declared in the order of the tags
  public int tag() {
    return ordinal();
  }

  /** As in assembly text and traces. */
  public String text() {
    return text;
  }

  /** As in JSON modules. */
  public String json() {
    return json;
  }

  /** How many of the numbers, from the first, are registers; the one after them is not. */
  public int registers() {
    return registers;
  }

  /** How many numbers it has: 1 to 3. */
  public int numbers() {
    return numbers;
  }

  /** Whether it names a function or capability. */
  public boolean hasName() {
    return this == CALL || this == CAP_CALL;
  }

  /** Whether it has a list of registers. */
  public boolean hasList() {
    return hasName() || this == ARRAY_NEW;
  }

  /** Names of the operands in order. */
  public List<String> operands() {
    return operands;
  }

  static boolean isName(String operand) {
    return operand.equals("function") || operand.equals("capability");
  }

  static boolean isList(String operand) {
    return operand.equals("args") || operand.equals("items");
  }

  /** The opcode of a tag, or null. */
  public static @Nullable Opcode ofTag(int tag) {
    return tag >= 0 && tag < OPCODES.length ? OPCODES[tag] : null;
  }

  /** The opcode of an assembly text, or null. */
  public static @Nullable Opcode ofText(String text) {
    for (Opcode opcode : OPCODES) {
      if (opcode.text.equals(text)) {
        return opcode;
      }
    }
    return null;
  }

  /** The opcode of a JSON name, or null. */
  public static @Nullable Opcode ofJson(String json) {
    for (Opcode opcode : OPCODES) {
      if (opcode.json.equals(json)) {
        return opcode;
      }
    }
    return null;
  }
}

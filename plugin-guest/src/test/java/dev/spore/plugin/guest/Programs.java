package dev.spore.plugin.guest;

import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Modules of arbitrary instructions; most of them verify, most fail somewhere in the middle. */
final class Programs {
  private static final int FUNCTIONS = 3;
  private static final long[] NUMBERS = {
    0, 1, -1, 2, 3, 7, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 53, (1L << 53) + 1
  };
  private static final double[] DOUBLES = {
    0.0,
    -0.0,
    1.5,
    -2.25,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    1.0 / 11
  };
  private static final String[] TEXTS = {"", "a", "ab", "\u00e9\u4e2d\ud83d\ude00", "a".repeat(40)};

  private final RandomGenerator random;
  private final List<Value> constants = new ArrayList<>();

  private Programs(RandomGenerator random) {
    this.random = random;
  }

  static PluginModule of(RandomGenerator random) {
    return new Programs(random).module();
  }

  private PluginModule module() {
    int count = random.nextInt(3, 12);
    for (int i = 0; i < count; i++) {
      constants.add(value(0));
    }
    List<PluginFunction> functions = new ArrayList<>();
    for (int i = 0; i < FUNCTIONS; i++) {
      functions.add(function(i));
    }
    TreeMap<String, Long> exports = new TreeMap<>();
    exports.put("main", 0L);
    List<Capability> capabilities =
        List.of(new Capability("any.give@1", List.of(ValueType.ANY_VARIADIC), ValueType.ANY, null));
    return new PluginModule("random", constants, capabilities, functions, exports);
  }

  Value value(int depth) {
    return switch (random.nextInt(depth > 3 ? 7 : 9)) {
      case 0 -> Value.Nil.NIL;
      case 1 -> new Value.Bool(random.nextBoolean());
      case 2, 3 -> new Value.I64(NUMBERS[random.nextInt(NUMBERS.length)]);
      case 4 -> new Value.F64(DOUBLES[random.nextInt(DOUBLES.length)]);
      case 5 -> new Value.Text(TEXTS[random.nextInt(TEXTS.length)]);
      case 6 ->
          random.nextBoolean()
              ? new Value.FunctionName("f" + random.nextInt(2))
              : new Value.CapabilityName(TEXTS[random.nextInt(TEXTS.length)]);
      default -> {
        List<Value> items = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          items.add(value(depth + 1));
        }
        yield new Value.Array(items);
      }
    };
  }

  /** A value as a host might give, of any kind. */
  static Value value(RandomGenerator random) {
    return new Programs(random).value(0);
  }

  private PluginFunction function(int index) {
    int registers = random.nextInt(2, 7);
    int arity = index == 0 ? 0 : 1;
    int length = random.nextInt(3, 30);
    List<Instruction> code = new ArrayList<>();
    for (int pc = 0; pc < length; pc++) {
      code.add(instruction(registers, length));
    }
    if (random.nextInt(8) > 0) {
      code.set(length - 1, Instruction.of(Opcode.RET, random.nextInt(registers), 0, 0));
    }
    return new PluginFunction("f" + index, registers, arity, code, SourceLines.EMPTY);
  }

  private Instruction instruction(int registers, int length) {
    long a = random.nextInt(registers);
    long b = random.nextInt(registers);
    long c = random.nextInt(registers);
    // Values first: a register that holds nothing makes for a short run.
    return switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5 -> Instruction.of(Opcode.CONST, a, random.nextInt(constants.size()), 0);
      case 6, 7 -> Instruction.of(Opcode.MOVE, a, b, 0);
      case 8 -> Instruction.of(Opcode.ADD, a, b, c);
      case 9 -> Instruction.of(Opcode.SUB, a, b, c);
      case 10 -> Instruction.of(Opcode.MUL, a, b, c);
      case 11 -> Instruction.of(Opcode.DIV, a, b, c);
      case 12, 13 -> Instruction.of(Opcode.EQ, a, b, c);
      case 14 -> Instruction.of(Opcode.LT, a, b, c);
      case 15 -> Instruction.of(Opcode.JUMP, random.nextInt(length), 0, 0);
      case 16 -> Instruction.of(Opcode.JUMP_IF, a, random.nextInt(length), 0);
      case 17 -> Instruction.of(Opcode.CALL, a, "f" + random.nextInt(1, FUNCTIONS), List.of(b));
      case 18 -> Instruction.of(Opcode.CAP_CALL, a, "any.give@1", list(registers));
      case 19, 20, 21 -> Instruction.of(Opcode.ARRAY_NEW, a, "", list(registers));
      case 22 -> Instruction.of(Opcode.ARRAY_GET, a, b, c);
      default -> Instruction.of(Opcode.ARRAY_SET, a, b, c);
    };
  }

  private List<Long> list(int registers) {
    List<Long> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add((long) random.nextInt(registers));
    }
    return list;
  }
}

package dev.spore.plugin.run;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.RunException;
import dev.spore.plugin.RunException.Family;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What instructions do to registers, in full; the interpreter keeps short cuts for integers. */
final class Operations {
  private final Registers registers;
  private final RunLimits limits;

  Operations(Registers registers, RunLimits limits) {
    this.registers = registers;
    this.limits = limits;
  }

  private static RunException fault(String what) {
    return new RunException(Family.RUNTIME, what);
  }

  /** Add, subtract, multiply or divide, on integers, doubles or one of each; integers wrap. */
  void arithmetic(Opcode opcode, int dst, int lhs, int rhs) {
    // The divisor comes first, whatever the dividend is.
    if (opcode == Opcode.DIV && isNumber(rhs) && asDouble(rhs) == 0) {
      throw fault("division by zero");
    }
    if (!isNumber(lhs) || !isNumber(rhs)) {
      throw fault("numeric operands required");
    }
    if (registers.tags[lhs] == Registers.I64 && registers.tags[rhs] == Registers.I64) {
      long left = registers.bits[lhs];
      long right = registers.bits[rhs];
      registers.scalar(dst, Registers.I64, integers(opcode, left, right));
    } else {
      double result = doubles(opcode, asDouble(lhs), asDouble(rhs));
      registers.scalar(dst, Registers.F64, Double.doubleToRawLongBits(result));
    }
  }

  private static long integers(Opcode opcode, long left, long right) {
    return switch (opcode) {
      case ADD -> left + right;
      case SUB -> left - right;
      case MUL -> left * right;
      default -> {
        // The one quotient of 64-bit integers that is none.
        if (left == Long.MIN_VALUE && right == -1) {
          throw fault("integer overflow");
        }
        yield left / right;
      }
    };
  }

  private static double doubles(Opcode opcode, double left, double right) {
    return switch (opcode) {
      case ADD -> left + right;
      case SUB -> left - right;
      case MUL -> left * right;
      default -> left / right;
    };
  }

  private boolean isNumber(int at) {
    return registers.tags[at] == Registers.I64 || registers.tags[at] == Registers.F64;
  }

  private double asDouble(int at) {
    long bits = registers.bits[at];
    return registers.tags[at] == Registers.I64 ? (double) bits : Double.longBitsToDouble(bits);
  }

  void less(int dst, int lhs, int rhs) {
    if (!isNumber(lhs) || !isNumber(rhs)) {
      throw fault("numeric operands required");
    }
    boolean integers = registers.tags[lhs] == Registers.I64 && registers.tags[rhs] == Registers.I64;
    boolean less =
        integers ? registers.bits[lhs] < registers.bits[rhs] : asDouble(lhs) < asDouble(rhs);
    registers.scalar(dst, Registers.BOOL, less ? 1 : 0);
  }

  void equal(int dst, int lhs, int rhs) {
    boolean same =
        (registers.tags[lhs] == Registers.I64 && registers.tags[rhs] == Registers.I64)
            ? registers.bits[lhs] == registers.bits[rhs]
            : Values.same(registers.get(lhs), registers.get(rhs));
    registers.scalar(dst, Registers.BOOL, same ? 1 : 0);
  }

  boolean truthy(int at) {
    return switch (registers.tags[at]) {
      case Registers.F64 -> Double.longBitsToDouble(registers.bits[at]) != 0;
      case Registers.REF -> Values.truthy(registers.get(at));
      default -> registers.bits[at] != 0;
    };
  }

  /** Values of registers of a frame. */
  List<Value> values(int base, int[] list) {
    List<Value> values = new ArrayList<>(list.length);
    for (int register : list) {
      values.add(registers.get(base + register));
    }
    return values;
  }

  void newArray(int dst, int base, int[] items) {
    Long max = limits.maxArrayItems();
    if (max != null && Long.compareUnsigned(items.length, max) > 0) {
      throw new RunException(
          Family.LIMIT,
          "array_new requested " + items.length + " items, max is " + Long.toUnsignedString(max));
    }
    registers.put(dst, array(values(base, items)));
  }

  private static Value.Array array(List<Value> items) {
    for (Value item : items) {
      if (item.depth() == PluginLimits.VALUE_DEPTH_MAX) {
        throw new RunException(
            Family.LIMIT, "array nesting exceeded max " + PluginLimits.VALUE_DEPTH_MAX);
      }
    }
    return new Value.Array(items);
  }

  void element(int dst, int array, int index) {
    if (!(registers.refs[array] instanceof Value.Array target)) {
      throw fault("array_get target is not an array");
    }
    registers.put(dst, target.items().get(index(index, target)));
  }

  void replace(int array, int index, int value) {
    int position = position(index);
    if (!(registers.refs[array] instanceof Value.Array target)) {
      throw fault("array_set target is not an array");
    }
    inBounds(position, registers.bits[index], target);
    Value[] items = target.items().toArray(new Value[0]);
    items[position] = registers.get(value);
    registers.put(array, array(Arrays.asList(items)));
  }

  private int index(int register, Value.Array array) {
    int position = position(register);
    inBounds(position, registers.bits[register], array);
    return position;
  }

  private int position(int register) {
    long number = registers.bits[register];
    if (registers.tags[register] != Registers.I64 || number < 0) {
      throw fault("array index must be a non-negative i64");
    }
    return (int) Math.min(number, Integer.MAX_VALUE);
  }

  private static void inBounds(int position, long number, Value.Array array) {
    if (position >= array.items().size()) {
      throw fault("array index " + number + " out of bounds");
    }
  }
}

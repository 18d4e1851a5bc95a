package dev.spore.plugin.run;

import dev.spore.plugin.PluginException;
import dev.spore.plugin.RunException;
import dev.spore.plugin.RunException.Family;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.value.Value;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs one entry of a program once, on one thread. Calls use a stack of its own, so that how deep a
 * plugin recurses is a matter of its limits alone; loops over integers allocate nothing.
 */
public final class Interpreter {
  private static final int STRIDE = Program.STRIDE;
  private static final Opcode[] OPCODES = Opcode.values();

  private static final int CONST = 0;
  private static final int MOVE = 1;
  private static final int ADD = 2;
  private static final int SUB = 3;
  private static final int LT = 7;
  private static final int JUMP = 8;
  private static final int JUMP_IF = 9;
  private static final int CALL = 10;
  private static final int RET = 11;

  /** Ints of a frame on the stack: function, pc of its open call, base of its registers. */
  private static final int FRAME = 3;

  private final Program program;
  private final RunLimits limits;
  private final Capabilities capabilities;
  private final @Nullable StepSink sink;
  private final Registers registers;
  private final Operations operations;
  private final Value[] constants;
  private final byte[] constantTags;
  private final long[] constantBits;

  private int[] callers = new int[FRAME * 16];
  private int depth;
  private int function;
  private int base;
  private int pc = -1;
  private @Nullable CapabilityCall answered;
  private Value result = Value.Nil.NIL;

  private Interpreter(
      Program program, RunLimits limits, Capabilities capabilities, @Nullable StepSink sink) {
    this.program = program;
    this.limits = limits;
    this.capabilities = capabilities;
    this.sink = sink;
    this.registers = new Registers(limits.memoryBytes());
    this.operations = new Operations(registers, limits);
    this.constants = program.module().constants().toArray(new Value[0]);
    Registers unboxed = new Registers(Long.MAX_VALUE);
    unboxed.open(0, constants.length);
    for (int i = 0; i < constants.length; i++) {
      unboxed.put(i, constants[i]);
    }
    this.constantTags = unboxed.tags;
    this.constantBits = unboxed.bits;
  }

  /**
   * Runs an entry; its arguments, if it has parameters, are nil.
   *
   * @param entry name of an export
   * @param sink told of each step, or null if nobody asks
   */
  public static Outcome run(
      Program program,
      String entry,
      RunLimits limits,
      Capabilities capabilities,
      @Nullable StepSink sink) {
    Long index = program.module().exports().get(entry);
    if (index == null) {
      return new Outcome.Failed(new RunException(Family.RUNTIME, "missing entry export " + entry));
    }
    return new Interpreter(program, limits, capabilities, sink).run(index.intValue());
  }

  private Outcome run(int entry) {
    try {
      checkDepth(0);
      enter(entry, 0);
      Long max = limits.maxInstructions();
      // Nobody lives to see 2^63 instructions: no limit is that one.
      loop(max == null || max < 0 ? Long.MAX_VALUE : max);
      return new Outcome.Returned(result);
    } catch (PluginException failure) {
      unwind(failure);
      return new Outcome.Failed(failure);
    }
  }

  private void loop(long budget) {
    long left = budget;
    int[] code = program.code(function);
    byte[] tags = registers.tags;
    long[] bits = registers.bits;
    int frame = base;
    int next = 0;
    while (true) {
      int now = next++;
      int at = now * STRIDE;
      int opcode = code[at];
      if (--left < 0 || opcode == Program.END) {
        throw stopped(now, opcode, budget);
      }
      int a = frame + code[at + 1];
      int b = frame + code[at + 2];
      int c = frame + code[at + 3];
      switch (opcode) {
        case CONST -> {
          byte tag = constantTags[b - frame];
          if (tag != Registers.REF && tags[a] != Registers.REF) {
            tags[a] = tag;
            bits[a] = constantBits[b - frame];
          } else {
            slow(opcode, now, a, b, c);
          }
        }
        case MOVE -> {
          if (tags[b] != Registers.REF && tags[a] != Registers.REF) {
            tags[a] = tags[b];
            bits[a] = bits[b];
          } else {
            slow(opcode, now, a, b, c);
          }
        }
        case ADD, SUB -> {
          if ((tags[a] | tags[b] | tags[c]) == Registers.I64) {
            bits[a] = opcode == ADD ? bits[b] + bits[c] : bits[b] - bits[c];
          } else {
            slow(opcode, now, a, b, c);
          }
        }
        case LT -> {
          if ((tags[b] | tags[c]) == Registers.I64 && tags[a] != Registers.REF) {
            bits[a] = bits[b] < bits[c] ? 1 : 0;
            tags[a] = Registers.BOOL;
          } else {
            slow(opcode, now, a, b, c);
          }
        }
        case JUMP -> next = code[at + 1];
        case JUMP_IF -> next = taken(tags[a], bits[a], a) ? code[at + 2] : next;
        case CALL, RET -> {
          pc = now;
          next = opcode == CALL ? call(code, at) : leave(a);
          if (next < 0) {
            return;
          }
          code = program.code(function);
          tags = registers.tags;
          bits = registers.bits;
          frame = base;
        }
        default -> slow(opcode, now, a, b, c);
      }
      if (sink != null && opcode != CALL && opcode != RET) {
        tell(now, opcode, a);
      }
    }
  }

  private boolean taken(byte tag, long payload, int at) {
    return tag <= Registers.BOOL ? payload != 0 : operations.truthy(at);
  }

  /** Where the code ends the budget does not matter any more, and nothing is told. */
  private RunException stopped(int now, int opcode, long budget) {
    pc = now;
    if (opcode == Program.END) {
      pc = -1;
      return new RunException(
          Family.RUNTIME, "function " + function().name() + " ended without ret");
    }
    return new RunException(Family.LIMIT, "instruction budget exceeded max " + budget);
  }

  private PluginFunction function() {
    return program.module().functions().get(function);
  }

  /** Any instruction that neither jumps, calls nor returns, whatever its operands are. */
  private void slow(int opcode, int now, int a, int b, int c) {
    pc = now;
    Opcode name = OPCODES[opcode];
    switch (name) {
      case CONST -> registers.put(a, constants[b - base]);
      case MOVE -> registers.copy(a, b);
      case ADD, SUB, MUL, DIV -> operations.arithmetic(name, a, b, c);
      case EQ -> operations.equal(a, b, c);
      case LT -> operations.less(a, b, c);
      case CAP_CALL -> ask(a, b - base, c - base);
      case ARRAY_NEW -> operations.newArray(a, base, program.list(c - base));
      case ARRAY_GET -> operations.element(a, b, c);
      case ARRAY_SET -> operations.replace(a, b, c);
      case JUMP, JUMP_IF, CALL, RET -> throw new IllegalStateException("not an operation: " + name);
    }
  }

  private void ask(int dst, int capability, int list) {
    CapabilityCall call =
        capabilities.call(
            program.module().capabilities().get(capability),
            operations.values(base, program.list(list)));
    registers.put(dst, call.result());
    answered = call;
  }

  private void tell(int now, int opcode, int dst) {
    boolean changes = opcode != JUMP && opcode != JUMP_IF;
    StepSink told = Objects.requireNonNull(sink);
    if (changes && registers.tags[dst] == Registers.I64 && answered == null) {
      told.integer(function, now, dst - base, registers.bits[dst]);
      return;
    }
    told.step(
        function,
        now,
        changes ? dst - base : -1,
        changes ? registers.get(dst) : null,
        answered,
        null);
    answered = null;
  }

  /** Opens a frame for a call at {@code at}; where to go on. */
  private int call(int[] code, int at) {
    int[] arguments = program.list(code[at + 3]);
    int callerBase = base;
    int callerFunction = function;
    int callerPc = pc;
    int newBase = base + (int) function().registers();
    checkDepth(depth + 1);
    push(callerFunction, callerPc, callerBase);
    try {
      enter(code[at + 2], newBase);
    } catch (PluginException failure) {
      // The frame never opened: the failure is the call's own.
      depth--;
      function = callerFunction;
      base = callerBase;
      pc = callerPc;
      throw failure;
    }
    for (int i = 0; i < arguments.length; i++) {
      registers.copy(newBase + i, callerBase + arguments[i]);
    }
    return 0;
  }

  private void checkDepth(int open) {
    Long max = limits.maxCallDepth();
    if (max != null && Long.compareUnsigned(open, max) >= 0) {
      throw new RunException(Family.LIMIT, "call depth exceeded max " + Long.toUnsignedString(max));
    }
  }

  private void push(int callerFunction, int callerPc, int callerBase) {
    int top = depth * FRAME;
    if (top + FRAME > callers.length) {
      callers = Arrays.copyOf(callers, callers.length * 2);
    }
    callers[top] = callerFunction;
    callers[top + 1] = callerPc;
    callers[top + 2] = callerBase;
    depth++;
  }

  private void enter(int callee, int newBase) {
    PluginFunction entered = program.module().functions().get(callee);
    Long max = limits.maxRegisters();
    if (max != null && Long.compareUnsigned(entered.registers(), max) > 0) {
      throw new RunException(
          Family.LIMIT,
          "function "
              + entered.name()
              + " uses "
              + Long.toUnsignedString(entered.registers())
              + " registers, max is "
              + Long.toUnsignedString(max));
    }
    registers.open(newBase, entered.registers());
    function = callee;
    base = newBase;
    pc = -1;
  }

  /**
   * Leaves the frame with the value of a register; where the caller goes on, -1 if there is none.
   */
  private int leave(int source) {
    if (sink != null) {
      sink.step(function, pc, -1, null, null, null);
    }
    Value returned = registers.get(source);
    registers.close(base, (int) function().registers());
    if (depth == 0) {
      result = returned;
      return -1;
    }
    pop();
    int dst = base + program.code(function)[pc * STRIDE + 1];
    registers.put(dst, returned);
    if (sink != null) {
      sink.step(function, pc, dst - base, returned, null, null);
    }
    return pc + 1;
  }

  private void pop() {
    depth--;
    function = callers[depth * FRAME];
    pc = callers[depth * FRAME + 1];
    base = callers[depth * FRAME + 2];
  }

  /** Tells of the failing instruction, if there is one, and of every open call around it. */
  private void unwind(PluginException failure) {
    if (sink == null) {
      return;
    }
    String error = Objects.requireNonNull(failure.getMessage());
    if (pc >= 0) {
      sink.step(function, pc, -1, null, null, error);
    }
    while (depth > 0) {
      pop();
      sink.step(function, pc, -1, null, null, error);
    }
  }
}

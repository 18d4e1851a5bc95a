package dev.spore.plugin.verify;

import dev.spore.plugin.VerifyException;
import dev.spore.plugin.VerifyException.Kind;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueType;
import java.util.List;
import java.util.Map;

/** Checks the instructions of one function after the other. */
final class CodeVerifier {
  private final List<Value> constants;
  private final Map<String, Capability> capabilities;
  private final Map<String, PluginFunction> functions;
  private final RegisterTypes types = new RegisterTypes();
  private String function = "";
  private long registers;
  private int length;
  private int pc;

  CodeVerifier(
      List<Value> constants,
      Map<String, Capability> capabilities,
      Map<String, PluginFunction> functions) {
    this.constants = constants;
    this.capabilities = capabilities;
    this.functions = functions;
  }

  void verify(PluginFunction checked) {
    function = checked.name();
    registers = checked.registers();
    length = checked.code().size();
    types.clear();
    List<Instruction> code = checked.code();
    for (pc = 0; pc < length; pc++) {
      instruction(code.get(pc));
    }
  }

  private VerifyException fault(Kind kind, String what) {
    return new VerifyException(kind, function, pc, what);
  }

  private void instruction(Instruction instruction) {
    Opcode opcode = instruction.opcode();
    int count = opcode.registers();
    if (count > 0) {
      register(instruction.a());
    }
    if (count > 1) {
      register(instruction.b());
    }
    if (count > 2) {
      register(instruction.c());
    }
    if (opcode.hasList()) {
      for (long register : instruction.list()) {
        register(register);
      }
    }
    operands(opcode, instruction);
  }

  private void operands(Opcode opcode, Instruction instruction) {
    switch (opcode) {
      case CONST -> {
        constant(instruction.b());
        types.set(instruction.a(), constants.get((int) instruction.b()).type());
      }
      case MOVE -> types.set(instruction.a(), types.get(instruction.b()));
      case ADD, SUB, MUL, DIV -> types.set(instruction.a(), ValueType.I64);
      case EQ, LT -> types.set(instruction.a(), ValueType.BOOL);
      case JUMP -> target(instruction.a());
      case JUMP_IF -> target(instruction.b());
      case CALL -> {
        call(instruction);
        types.set(instruction.a(), null);
      }
      case CAP_CALL -> types.set(instruction.a(), capabilityCall(instruction));
      case ARRAY_NEW -> types.set(instruction.a(), ValueType.ARRAY);
      case ARRAY_GET -> types.set(instruction.a(), null);
      case RET, ARRAY_SET -> {
        // They write no register of another type.
      }
    }
  }

  private void register(long register) {
    if (Long.compareUnsigned(register, registers) >= 0) {
      throw fault(
          Kind.REGISTER_OUT_OF_BOUNDS,
          "register r" + Long.toUnsignedString(register) + " out of bounds");
    }
  }

  private void constant(long index) {
    if (Long.compareUnsigned(index, constants.size()) >= 0) {
      throw fault(
          Kind.CONSTANT_OUT_OF_BOUNDS,
          "constant " + Long.toUnsignedString(index) + " out of bounds");
    }
  }

  private void target(long target) {
    if (Long.compareUnsigned(target, length) >= 0) {
      throw fault(
          Kind.INVALID_JUMP_TARGET,
          "jump target " + Long.toUnsignedString(target) + " out of bounds");
    }
  }

  private void call(Instruction instruction) {
    String name = instruction.name();
    PluginFunction callee = functions.get(name);
    if (callee == null) {
      throw fault(Kind.MISSING_CALLEE, "missing callee " + name);
    }
    if (callee.arity() != instruction.list().size()) {
      throw fault(
          Kind.ARITY_MISMATCH,
          "callee "
              + name
              + " expects "
              + Long.toUnsignedString(callee.arity())
              + " args, got "
              + instruction.list().size());
    }
  }

  private ValueType capabilityCall(Instruction instruction) {
    String id = instruction.name();
    Capability capability = capabilities.get(id);
    if (capability == null) {
      throw fault(Kind.UNDECLARED_CAPABILITY, "capability " + id + " was not declared");
    }
    List<Long> args = instruction.list();
    int required = capability.required();
    if (capability.isVariadic() ? args.size() < required : args.size() != required) {
      throw fault(
          Kind.ARITY_MISMATCH,
          "capability "
              + id
              + " expects "
              + required
              + (capability.isVariadic() ? "+" : "")
              + " args, got "
              + args.size());
    }
    for (int i = 0; i < args.size(); i++) {
      argument(capability, i, args.get(i));
    }
    return capability.returnType();
  }

  private void argument(Capability capability, int index, long register) {
    ValueType known = types.get(register);
    ValueType param = capability.param(index);
    if (known != null && !param.isAny() && known != param) {
      throw fault(
          Kind.TYPE_MISMATCH,
          "capability "
              + capability.id()
              + " arg "
              + index
              + " expects "
              + param.message()
              + ", got "
              + known.message());
    }
  }
}

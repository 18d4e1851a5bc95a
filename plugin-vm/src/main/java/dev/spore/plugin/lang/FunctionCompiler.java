package dev.spore.plugin.lang;

import dev.spore.plugin.SourceException;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.source.ConstantPool;
import dev.spore.plugin.value.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Emits the code of one function. Registers are taken in order and never given back; both sides of
 * {@code and} and {@code or} always run; a variable made from another shares its register.
 */
final class FunctionCompiler {
  private final ConstantPool constants;
  private final Set<String> functions;
  private final Set<String> capabilities;
  private final List<Instruction> code = new ArrayList<>();
  private final List<Long> lines = new ArrayList<>();
  private final Deque<Map<String, Long>> scopes = new ArrayDeque<>();
  private long registers;
  private long line;

  FunctionCompiler(ConstantPool constants, Set<String> functions, Set<String> capabilities) {
    this.constants = constants;
    this.functions = functions;
    this.capabilities = capabilities;
  }

  PluginFunction compile(SourceParser.Function function) {
    Map<String, Long> params = new HashMap<>();
    for (String param : function.params()) {
      if (params.put(param, registers++) != null) {
        throw new SourceException(0, "duplicate parameter " + param);
      }
    }
    scopes.push(params);
    function.body().forEach(this::statement);
    if (code.isEmpty() || code.getLast().opcode() != Opcode.RET) {
      line = SourceLines.NONE;
      emit(Opcode.RET, literal(Value.Nil.NIL), 0, 0);
    }
    return new PluginFunction(
        function.name(),
        Math.max(registers, 1),
        function.params().size(),
        code,
        SourceLines.of(lines.stream().mapToLong(Long::longValue).toArray()));
  }

  private SourceException error(String what) {
    return new SourceException((int) line, what);
  }

  private int emit(Opcode opcode, long a, long b, long c) {
    return emit(Instruction.of(opcode, a, b, c));
  }

  private int emit(Instruction instruction) {
    code.add(instruction);
    lines.add(line);
    return code.size() - 1;
  }

  private void statement(Statement statement) {
    line = statement.line();
    switch (statement) {
      case Statement.Let let -> let(let);
      case Statement.Return back -> emit(Opcode.RET, expr(back.value()), 0, 0);
      case Statement.If branch -> branch(branch);
      case Statement.While loop -> loop(loop);
      case Statement.Evaluate evaluate -> expr(evaluate.value());
    }
  }

  private void let(Statement.Let let) {
    long value = expr(let.value());
    Long known = variable(let.name());
    if (known == null) {
      scopes.getFirst().put(let.name(), value);
    } else {
      emit(Opcode.MOVE, known, value, 0);
    }
  }

  private @Nullable Long variable(String name) {
    for (Map<String, Long> scope : scopes) {
      Long register = scope.get(name);
      if (register != null) {
        return register;
      }
    }
    return null;
  }

  private void block(List<Statement> statements) {
    scopes.push(new HashMap<>());
    statements.forEach(this::statement);
    scopes.pop();
  }

  private void branch(Statement.If branch) {
    long condition = expr(branch.condition());
    int toThen = emit(Opcode.JUMP_IF, condition, 0, 0);
    block(branch.otherwise());
    line = branch.line();
    int toEnd = alwaysReturns(branch.otherwise()) ? -1 : emit(Opcode.JUMP, 0, 0, 0);
    land(toThen);
    block(branch.then());
    if (toEnd >= 0) {
      land(toEnd);
    }
  }

  private void loop(Statement.While loop) {
    int start = code.size();
    long condition = expr(loop.condition());
    int toBody = emit(Opcode.JUMP_IF, condition, 0, 0);
    int toEnd = emit(Opcode.JUMP, 0, 0, 0);
    land(toBody);
    block(loop.body());
    line = loop.line();
    emit(Opcode.JUMP, start, 0, 0);
    land(toEnd);
  }

  /** Lets a jump end where the code ends now. */
  private void land(int jump) {
    Instruction open = code.get(jump);
    code.set(
        jump,
        open.opcode() == Opcode.JUMP
            ? Instruction.of(Opcode.JUMP, code.size(), 0, 0)
            : Instruction.of(Opcode.JUMP_IF, open.a(), code.size(), 0));
  }

  private static boolean alwaysReturns(List<Statement> statements) {
    if (statements.isEmpty()) {
      return false;
    }
    return switch (statements.getLast()) {
      case Statement.Return _ -> true;
      case Statement.If last -> alwaysReturns(last.then()) && alwaysReturns(last.otherwise());
      case Statement.Let _, Statement.While _, Statement.Evaluate _ -> false;
    };
  }

  /** Emits an expression; the register its value is in. */
  private long expr(Expr expr) {
    return switch (expr) {
      case Expr.Literal(Value value) -> literal(value);
      case Expr.Variable(String name) -> {
        Long register = variable(name);
        if (register == null) {
          throw error("unknown variable " + name);
        }
        yield register;
      }
      case Expr.Items(List<Expr> items) -> {
        List<Long> list = exprs(items);
        yield listed(Opcode.ARRAY_NEW, "", list);
      }
      case Expr.Call call -> call(call);
      case Expr.Not(Expr inner) -> not(expr(inner));
      case Expr.Infix infix -> infix(infix.operator(), expr(infix.left()), expr(infix.right()));
    };
  }

  private long literal(Value value) {
    long dst = registers++;
    emit(Opcode.CONST, dst, constants.index(value), 0);
    return dst;
  }

  private List<Long> exprs(List<Expr> exprs) {
    List<Long> list = new ArrayList<>();
    exprs.forEach(expr -> list.add(expr(expr)));
    return list;
  }

  private long listed(Opcode opcode, String name, List<Long> list) {
    long dst = registers++;
    emit(Instruction.of(opcode, dst, name, list));
    return dst;
  }

  private long call(Expr.Call call) {
    String name = call.name();
    if (call.capability() && !capabilities.contains(name)) {
      throw error("capability " + name + " was not declared");
    }
    if (!call.capability() && !functions.contains(name)) {
      throw error("unknown function " + name);
    }
    return listed(call.capability() ? Opcode.CAP_CALL : Opcode.CALL, name, exprs(call.args()));
  }

  private long not(long value) {
    long no = literal(new Value.Bool(false));
    return three(Opcode.EQ, value, no);
  }

  private long three(Opcode opcode, long lhs, long rhs) {
    long dst = registers++;
    emit(opcode, dst, lhs, rhs);
    return dst;
  }

  private long infix(String operator, long left, long right) {
    return switch (operator) {
      case "or" -> either(left, right);
      case "and" -> both(left, right);
      case "==" -> three(Opcode.EQ, left, right);
      case "!=" -> not(three(Opcode.EQ, left, right));
      case "<" -> three(Opcode.LT, left, right);
      case ">" -> three(Opcode.LT, right, left);
      case "<=" -> not(three(Opcode.LT, right, left));
      case ">=" -> not(three(Opcode.LT, left, right));
      case "+" -> three(Opcode.ADD, left, right);
      case "-" -> three(Opcode.SUB, left, right);
      case "*" -> three(Opcode.MUL, left, right);
      case "/" -> three(Opcode.DIV, left, right);
      default -> throw new IllegalStateException("not an operator: " + operator);
    };
  }

  private long both(long left, long right) {
    registers++;
    long dst = literal(new Value.Bool(false));
    int through = emit(Opcode.JUMP_IF, left, 0, 0);
    int end = emit(Opcode.JUMP, 0, 0, 0);
    land(through);
    emit(Opcode.MOVE, dst, right, 0);
    land(end);
    return dst;
  }

  private long either(long left, long right) {
    registers++;
    long dst = literal(new Value.Bool(true));
    int end = emit(Opcode.JUMP_IF, left, 0, 0);
    emit(Opcode.MOVE, dst, right, 0);
    land(end);
    return dst;
  }
}

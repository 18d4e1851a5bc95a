package dev.spore.plugin.lang;

import dev.spore.plugin.value.Value;
import java.util.List;

/** An expression. */
sealed interface Expr {
  /** A constant. */
  record Literal(Value value) implements Expr {}

  /** A variable. */
  record Variable(String name) implements Expr {}

  /** A new array. */
  record Items(List<Expr> items) implements Expr {}

  /** A call of a function, or of a capability. */
  record Call(boolean capability, String name, List<Expr> args) implements Expr {}

  /** A comparison with false. */
  record Not(Expr inner) implements Expr {}

  /** One of the infix operators of {@link ExprParser}. */
  record Infix(String operator, Expr left, Expr right) implements Expr {}
}

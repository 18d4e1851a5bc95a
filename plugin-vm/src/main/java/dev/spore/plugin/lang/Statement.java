package dev.spore.plugin.lang;

import java.util.List;

/** A statement, with the line it starts on. */
sealed interface Statement {
  /** From 1. */
  int line();

  /** Creates a variable, or assigns to one that is visible. */
  record Let(int line, String name, Expr value) implements Statement {}

  /** Leaves the function. */
  record Return(int line, Expr value) implements Statement {}

  /** One of two branches. */
  record If(int line, Expr condition, List<Statement> then, List<Statement> otherwise)
      implements Statement {}

  /** A loop. */
  record While(int line, Expr condition, List<Statement> body) implements Statement {}

  /** An expression whose value nobody wants. */
  record Evaluate(int line, Expr value) implements Statement {}
}

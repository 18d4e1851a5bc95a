package dev.spore.plugin;

import org.jspecify.annotations.Nullable;

/** A module that must not run: {@code verify error: KIND: TEXT}, with the place if there is one. */
public final class VerifyException extends PluginException {
  private static final long serialVersionUID = 1L;

  /** What is wrong, by the name messages use. */
  public enum Kind {
    UNSUPPORTED_BYTECODE_VERSION("UnsupportedBytecodeVersion"),
    DUPLICATE_SYMBOL("DuplicateSymbol"),
    CAPABILITY_SIGNATURE_MISMATCH("CapabilitySignatureMismatch"),
    MISSING_EXPORT("MissingExport"),
    MALFORMED_MODULE("MalformedModule"),
    ARITY_MISMATCH("ArityMismatch"),
    SOURCE_MAP_MISMATCH("SourceMapMismatch"),
    REGISTER_OUT_OF_BOUNDS("RegisterOutOfBounds"),
    CONSTANT_OUT_OF_BOUNDS("ConstantOutOfBounds"),
    INVALID_JUMP_TARGET("InvalidJumpTarget"),
    MISSING_CALLEE("MissingCallee"),
    UNDECLARED_CAPABILITY("UndeclaredCapability"),
    TYPE_MISMATCH("TypeMismatch");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  private final Kind kind;
  private final @Nullable String function;
  private final int pc;

  /** Of the module as a whole. */
  public VerifyException(Kind kind, String what) {
    super("verify error: " + kind.text() + ": " + what);
    this.kind = kind;
    this.function = null;
    this.pc = -1;
  }

  /** Of one instruction. */
  public VerifyException(Kind kind, String function, int pc, String what) {
    super("verify error: " + kind.text() + " at " + function + " pc=" + pc + ": " + what);
    this.kind = kind;
    this.function = function;
    this.pc = pc;
  }

  public Kind kind() {
    return kind;
  }

  /** The function at fault, if it is one. */
  public @Nullable String function() {
    return function;
  }

  /** The instruction at fault, or -1. */
  public int pc() {
    return pc;
  }
}

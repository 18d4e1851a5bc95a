package dev.spore.plugin.debug;

import java.util.Optional;

/** A command that cannot be followed. */
public final class DebugException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  DebugException(String message) {
    this(message, "");
  }

  DebugException(String message, String reason) {
    super(message);
    this.reason = reason;
  }

  /** The message. */
  public String message() {
    return String.valueOf(getMessage());
  }

  /** What is behind it, if more can be said. */
  public Optional<String> reason() {
    return reason.isEmpty() ? Optional.empty() : Optional.of(reason);
  }
}

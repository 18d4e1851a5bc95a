package dev.spore.cli.plugin;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A command that cannot do what it should: a message, and what lies behind it if that is known. */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String reason;

  CommandFailure(String message) {
    super(message);
    this.reason = null;
  }

  /**
   * @param reason what lies behind it, in the words of whoever said so
   */
  CommandFailure(String message, String reason) {
    super(message);
    this.reason = reason;
  }

  String message() {
    return String.valueOf(getMessage());
  }

  Optional<String> reason() {
    return Optional.ofNullable(reason);
  }
}

package dev.spore.vmm;

import org.jspecify.annotations.Nullable;

/** A failure a user can act on. The message names the object, what is wrong and what to do next. */
public final class SporeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public SporeException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public SporeException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }
}

package dev.spore.vmm;

/** The kinds of failure a user can meet: one code, one exit status, one retry class each. */
public enum ErrorCode {
  USAGE_INVALID_ARGUMENT("usage.invalid_argument", 2, Retry.AFTER_FIX),
  USAGE_MISSING_ARGUMENT("usage.missing_argument", 2, Retry.AFTER_FIX),
  OBJECT_NOT_FOUND("object.not_found", 22, Retry.AFTER_FIX),
  OBJECT_INVALID("object.invalid", 22, Retry.AFTER_FIX),
  CACHE_INTEGRITY_FAILED("cache.integrity_failed", 22, Retry.AFTER_FIX),
  HOST_UNSUPPORTED("host.unsupported", 69, Retry.AFTER_FIX),
  HOST_UNAVAILABLE("host.unavailable", 69, Retry.TRANSIENT),
  CACHE_UNAVAILABLE("cache.unavailable", 73, Retry.TRANSIENT),
  STREAM_INTERRUPTED("stream.interrupted", 74, Retry.UNKNOWN),
  RUNTIME_START_FAILED("runtime.start_failed", 1, Retry.TRANSIENT),
  RUNTIME_EXECUTION_FAILED("runtime.execution_failed", 1, Retry.UNKNOWN),
  OPERATION_CANCELED("operation.canceled", 130, Retry.UNKNOWN);

  /** Whether doing the same again can help. */
  public enum Retry {
    AFTER_FIX,
    TRANSIENT,
    UNKNOWN
  }

  private final String code;
  private final int exitStatus;
  private final Retry retry;

  ErrorCode(String code, int exitStatus, Retry retry) {
    this.code = code;
    this.exitStatus = exitStatus;
    this.retry = retry;
  }

  /** The stable name scripts match on. */
  public String code() {
    return code;
  }

  /** Exit status of the command line. */
  public int exitStatus() {
    return exitStatus;
  }

  public Retry retry() {
    return retry;
  }
}

package dev.spore.vmm.boot;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;

/** The one way this package words a refusal: which object, what is wrong, what to do next. */
final class BootError {
  private static final String FRESH_COPY = "get a fresh copy of the file";

  private BootError() {}

  /** A file that is not what it should be. */
  static SporeException invalid(String object, String wrong, String next) {
    return new SporeException(ErrorCode.OBJECT_INVALID, message(object, wrong, next));
  }

  /** A file whose bytes contradict each other, as truncated and damaged ones do. */
  static SporeException damaged(String object, String wrong) {
    return invalid(object, wrong, FRESH_COPY);
  }

  /** As {@link #damaged(String, String)}, with what a decoder or the file system said. */
  static SporeException damaged(String object, String wrong, Exception cause) {
    return new SporeException(
        ErrorCode.OBJECT_INVALID, message(object, wrong + ": " + cause, FRESH_COPY), cause);
  }

  /** A setting of the caller's that cannot be. */
  static SporeException argument(String object, String wrong, String next) {
    return new SporeException(ErrorCode.USAGE_INVALID_ARGUMENT, message(object, wrong, next));
  }

  private static String message(String object, String wrong, String next) {
    return object + ": " + wrong + "; " + next;
  }
}

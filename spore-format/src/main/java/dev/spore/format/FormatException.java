package dev.spore.format;

/** Bytes that are not what a spore may hold. */
public final class FormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The kind of damage, which decides what a user can do about it. */
  public enum Code {
    /** Written by a version this one does not know. */
    UNKNOWN_VERSION,
    /** Not a spore's file at all, or cut short. */
    TRUNCATED,
    /** Breaks a rule of the format. */
    INVALID,
    /** Beyond a bound of {@link FormatLimits}. */
    TOO_LARGE
  }

  private final Code code;

  /**
   * @param path which part is meant, for example {@code manifest.json: vcpus[1].apic_id}
   * @param what what is wrong with it
   */
  public FormatException(Code code, String path, String what) {
    super(path + ": " + what);
    this.code = code;
  }

  public Code code() {
    return code;
  }
}

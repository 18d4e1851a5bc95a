package dev.spore.plugin.toml;

/** Text that is no TOML. */
public final class TomlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Tells the place.
   *
   * @param line from 1
   */
  public TomlException(int line, String what) {
    super("TOML parse error at line " + line + ": " + what);
  }
}

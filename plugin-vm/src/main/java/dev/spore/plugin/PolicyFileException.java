package dev.spore.plugin;

/**
 * A policy file that says nothing a policy can be; the cause tells the place where there is one.
 */
public final class PolicyFileException extends PluginException {
  private static final long serialVersionUID = 1L;

  public PolicyFileException(String message) {
    super(message);
  }

  /** Of text that is no TOML, or TOML of another shape. */
  @SuppressWarnings("this-escape") // initCause sets a field of Throwable and calls nothing of ours
  public PolicyFileException(String message, RuntimeException cause) {
    super(message);
    initCause(cause);
  }
}

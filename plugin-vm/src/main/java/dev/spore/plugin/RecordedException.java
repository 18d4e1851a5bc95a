package dev.spore.plugin;

/** What a capability failed with when its run was recorded. */
public final class RecordedException extends PluginException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message the whole text, as the trace has it
   */
  public RecordedException(String message) {
    super(message);
  }
}

package dev.spore.plugin;

/** Bytes that are no module or trace: {@code decode error: TEXT}. */
public final class DecodeException extends PluginException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what what is wrong, without the prefix
   */
  public DecodeException(String what) {
    super("decode error: " + what);
  }
}

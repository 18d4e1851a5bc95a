package dev.spore.plugin;

/**
 * What is wrong with a plugin or its run; the message is the whole text, family prefix included.
 */
public abstract sealed class PluginException extends RuntimeException
    permits DecodeException,
        SourceException,
        VerifyException,
        PolicyException,
        PolicyFileException,
        RecordedException,
        RunException {
  private static final long serialVersionUID = 1L;

  PluginException(String message) {
    super(message);
  }
}

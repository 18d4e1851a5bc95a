package dev.spore.plugin;

/** A source that does not say what it must: {@code line N: TEXT}, or the text alone. */
public final class SourceException extends PluginException {
  private static final long serialVersionUID = 1L;

  /** Of the whole source. */
  public SourceException(String what) {
    super(what);
  }

  /** Of one line; 0 stands for what no line alone is to blame for. */
  public SourceException(int line, String what) {
    super("line " + line + ": " + what);
  }
}

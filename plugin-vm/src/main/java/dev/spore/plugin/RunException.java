package dev.spore.plugin;

/** What a run ends in when it does not return: the family's prefix, then what happened. */
public final class RunException extends PluginException {
  private static final long serialVersionUID = 1L;

  /** Who is to blame. */
  public enum Family {
    /** The plugin did what nothing can. */
    RUNTIME("runtime error: "),
    /** The plugin wanted more than it may have. */
    LIMIT("resource limit exceeded: "),
    /** The plugin asks for what its trace does not hold. */
    REPLAY("replay error: ");

    private final String prefix;

    Family(String prefix) {
      this.prefix = prefix;
    }
  }

  private final Family family;

  public RunException(Family family, String what) {
    super(family.prefix + what);
    this.family = family;
  }

  public Family family() {
    return family;
  }
}

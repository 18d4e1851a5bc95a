package dev.spore.plugin;

/** A capability that may not be used: {@code policy error: KIND for ID: TEXT}. */
public final class PolicyException extends PluginException {
  private static final long serialVersionUID = 1L;

  /** Why, by the name messages use. */
  public enum Kind {
    DENIED_CAPABILITY("DeniedCapability"),
    UNSUPPORTED_CAPABILITY_VERSION("UnsupportedCapabilityVersion"),
    MOCK_TYPE_MISMATCH("MockTypeMismatch");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  private final Kind kind;
  private final String capability;

  public PolicyException(Kind kind, String capability, String what) {
    super("policy error: " + kind.text() + " for " + capability + ": " + what);
    this.kind = kind;
    this.capability = capability;
  }

  public Kind kind() {
    return kind;
  }

  /** The id. */
  public String capability() {
    return capability;
  }
}

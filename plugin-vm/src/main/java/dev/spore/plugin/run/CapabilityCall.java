package dev.spore.plugin.run;

import dev.spore.plugin.value.Value;
import java.util.List;

/**
 * A capability call that succeeded.
 *
 * @param id of the capability
 */
public record CapabilityCall(String id, Answer answer, List<Value> args, Value result) {
  /** Who answered. */
  public enum Answer {
    GRANTED("granted", "Granted"),
    MOCKED("mocked", "Mocked"),
    REPLAYED("replayed", "Replayed");

    private final String json;
    private final String text;

    Answer(String json, String text) {
      this.json = json;
      this.text = text;
    }

    /** As in traces. */
    public String json() {
      return json;
    }

    /** As shown to people. */
    public String text() {
      return text;
    }
  }

  public CapabilityCall {
    args = List.copyOf(args);
  }
}

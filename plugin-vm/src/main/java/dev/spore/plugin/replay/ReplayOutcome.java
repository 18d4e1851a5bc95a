package dev.spore.plugin.replay;

import dev.spore.plugin.PluginException;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueText;
import org.jspecify.annotations.Nullable;

/** What became of a replay. */
public sealed interface ReplayOutcome {
  /** The whole text of what is wrong, its family's prefix included; null if nothing is. */
  @Nullable String failure();

  /**
   * The trace is what its module does.
   *
   * @param result what it returned, null if it failed
   * @param error the whole text of its failure, null if it returned
   * @param checksum unsigned
   */
  record Valid(long events, @Nullable Value result, @Nullable String error, long checksum)
      implements ReplayOutcome {
    @Override
    public @Nullable String failure() {
      return null;
    }

    /** One line, without its end. */
    public String text() {
      return "replayed "
          + events
          + " events, checksum "
          + Long.toUnsignedString(checksum)
          + (result == null ? ", error " + error : ", result " + ValueText.plain(result));
    }
  }

  /**
   * The trace is not what its module does, or cannot be replayed.
   *
   * @param what without a prefix
   * @param divergence where, if it is a place
   */
  record Refused(String what, @Nullable Divergence divergence) implements ReplayOutcome {
    @Override
    public String failure() {
      return "replay error: " + what;
    }
  }

  /** Its module does not verify, or fails where the trace says that it returned. */
  record Failed(PluginException cause) implements ReplayOutcome {
    @Override
    public String failure() {
      return String.valueOf(cause.getMessage());
    }
  }
}

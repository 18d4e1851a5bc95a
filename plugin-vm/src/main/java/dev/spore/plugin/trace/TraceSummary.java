package dev.spore.plugin.trace;

import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All of a trace but its events, as its file has it: nothing of it is checked.
 *
 * @param events how many
 * @param result what the run returned, null if the file has none
 * @param error the whole text of its failure, null if the file has none
 * @param checksum unsigned
 * @param metadata null if the file has none
 * @param calls what its events tell of capabilities, sorted by UTF-8 bytes
 */
public record TraceSummary(
    PluginModule module,
    String entry,
    long events,
    @Nullable Value result,
    @Nullable String error,
    long checksum,
    @Nullable TraceMetadata metadata,
    SortedMap<String, Calls> calls) {
  /** How often a capability was called, and who answered. */
  public record Calls(long granted, long mocked, long replayed) {
    /** Of a capability that was never called. */
    public static final Calls NONE = new Calls(0, 0, 0);

    /** All of them. */
    public long total() {
      return granted + mocked + replayed;
    }

    Calls and(CapabilityCall.Answer answer) {
      return switch (answer) {
        case GRANTED -> new Calls(granted + 1, mocked, replayed);
        case MOCKED -> new Calls(granted, mocked + 1, replayed);
        case REPLAYED -> new Calls(granted, mocked, replayed + 1);
      };
    }
  }

  public TraceSummary {
    SortedMap<String, Calls> sorted = new TreeMap<>(Utf8.ORDER);
    sorted.putAll(calls);
    calls = Collections.unmodifiableSortedMap(sorted);
  }
}

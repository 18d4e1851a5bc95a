package dev.spore.plugin.replay;

import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.trace.SliceOrigin;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceMetadata;
import dev.spore.plugin.trace.TraceSummary;
import dev.spore.plugin.trace.TraceSummary.Calls;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueText;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether a trace is true, and what it tells.
 *
 * @param outcome of its replay
 * @param trace all but its events
 */
public record Audit(ReplayOutcome outcome, TraceSummary trace) {
  /** Audits a trace; throws as {@link Replay#of} does. */
  public static Audit of(TraceFile trace) {
    return new Audit(Replay.of(trace), trace.summary());
  }

  public boolean isValid() {
    return outcome instanceof ReplayOutcome.Valid;
  }

  private SortedSet<String> ids() {
    SortedSet<String> ids = new TreeSet<>(Utf8.ORDER);
    ids.addAll(trace.calls().keySet());
    if (trace.metadata() != null) {
      ids.addAll(trace.metadata().capabilities().keySet());
    }
    return ids;
  }

  private SortedMap<String, String> negotiated() {
    return trace.metadata() == null ? new TreeMap<>(Utf8.ORDER) : trace.metadata().capabilities();
  }

  /** Lines for people, each with its end. */
  public String text() {
    StringBuilder out = new StringBuilder();
    line(out, "audit", isValid() ? "valid" : "invalid");
    line(out, "replay error", outcome.failure());
    line(out, "module", trace.module().name());
    line(out, "entry", trace.entry());
    line(out, "events", Long.toString(trace.events()));
    line(out, "checksum", Long.toUnsignedString(trace.checksum()));
    if (trace.metadata() != null) {
      metadata(out, trace.metadata());
    }
    Value result = trace.result();
    line(out, "result", result == null ? null : ValueText.plain(result));
    line(out, "error", trace.error());
    SortedSet<String> ids = ids();
    if (!ids.isEmpty()) {
      out.append("capabilities:\n");
      ids.forEach(id -> capability(out, id));
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String name, @Nullable String value) {
    if (value != null) {
      out.append(name).append(": ").append(value).append('\n');
    }
  }

  private static void metadata(StringBuilder out, TraceMetadata metadata) {
    line(out, "runtime", metadata.runtimeVersion());
    line(out, "module digest", metadata.moduleDigest());
    line(out, "policy digest", metadata.policyDigest());
    RunLimits limits = metadata.limits();
    line(
        out,
        "limits",
        "max_instructions=%s max_call_depth=%s max_registers=%s max_array_items=%s"
            .formatted(
                limit(limits.maxInstructions()),
                limit(limits.maxCallDepth()),
                limit(limits.maxRegisters()),
                limit(limits.maxArrayItems())));
    SliceOrigin slice = metadata.slice();
    if (slice != null) {
      line(
          out,
          "slice",
          "%s..=%s of %s events from checksum %s"
              .formatted(
                  Long.toUnsignedString(slice.from()),
                  Long.toUnsignedString(slice.to()),
                  Long.toUnsignedString(slice.events()),
                  Long.toUnsignedString(slice.checksum())));
    }
  }

  private static String limit(@Nullable Long limit) {
    return limit == null ? "unbounded" : Long.toUnsignedString(limit);
  }

  private void capability(StringBuilder out, String id) {
    Calls calls = trace.calls().getOrDefault(id, Calls.NONE);
    out.append(
        "  %s: calls=%d granted=%d mocked=%d replayed=%d"
            .formatted(id, calls.total(), calls.granted(), calls.mocked(), calls.replayed()));
    String decision = negotiated().get(id);
    if (decision != null) {
      out.append(" negotiated=").append(decision.equals("mock") ? "Mock" : "Grant");
    }
    out.append('\n');
  }

  /** The same as one object of JSON, with a line feed at its end. */
  public String json() {
    return new String(JsonWriter.toBytes(true, this::write), StandardCharsets.UTF_8) + "\n";
  }

  private void write(JsonWriter json) {
    TraceMetadata metadata = trace.metadata();
    json.beginObject().key("valid").literal(Boolean.toString(isValid()));
    json.key("replay_error").nullableString(outcome.failure());
    json.key("module").string(trace.module().name()).key("entry").string(trace.entry());
    json.key("events").integer(trace.events()).key("checksum").unsigned(trace.checksum());
    json.key("runtime_version").nullableString(metadata == null ? null : metadata.runtimeVersion());
    json.key("module_digest").nullableString(metadata == null ? null : metadata.moduleDigest());
    json.key("policy_digest").nullableString(metadata == null ? null : metadata.policyDigest());
    json.key("limits");
    if (metadata == null) {
      json.literal("null");
    } else {
      TraceMetadata.limits(json, metadata.limits());
    }
    Value result = trace.result();
    json.key("result");
    if (result == null) {
      json.literal("null");
    } else {
      json.value(result);
    }
    json.key("error").nullableString(trace.error()).key("slice");
    TraceMetadata.slice(json, metadata == null ? null : metadata.slice());
    json.key("capabilities").beginObject();
    ids().forEach(id -> capability(json, id));
    json.endObject().endObject().flush();
  }

  private void capability(JsonWriter json, String id) {
    Calls calls = trace.calls().getOrDefault(id, Calls.NONE);
    json.key(id).beginObject().key("calls").integer(calls.total());
    json.key("granted").integer(calls.granted()).key("mocked").integer(calls.mocked());
    json.key("replayed").integer(calls.replayed());
    json.key("negotiated").nullableString(negotiated().get(id)).endObject();
  }
}

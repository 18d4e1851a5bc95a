package dev.spore.plugin.trace;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.Decision;
import dev.spore.plugin.policy.Negotiation;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.value.Utf8;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run was given.
 *
 * @param formatVersion unsigned; {@link #FORMAT_VERSION} in everything written here
 * @param runtimeVersion of what made the trace
 * @param moduleDigest as {@link Cmod#digest} gives it
 * @param policyDigest of the bytes of the policy's file, null if it came from elsewhere
 * @param limits of which the format keeps the first four; memory is written where it is not the
 *     usual
 * @param capabilities {@code grant} or {@code mock} for each declared one, sorted by UTF-8 bytes
 * @param slice what the trace was cut from, null if it is whole
 */
public record TraceMetadata(
    long formatVersion,
    String runtimeVersion,
    String moduleDigest,
    @Nullable String policyDigest,
    RunLimits limits,
    SortedMap<String, String> capabilities,
    @Nullable SliceOrigin slice) {
  /** Of the traces written here. */
  public static final long FORMAT_VERSION = 1;

  /** Of the runtime whose traces these are. */
  public static final String RUNTIME_VERSION = "0.1.0";

  public TraceMetadata {
    SortedMap<String, String> sorted = new TreeMap<>(Utf8.ORDER);
    sorted.putAll(capabilities);
    capabilities = Collections.unmodifiableSortedMap(sorted);
  }

  /** Of a whole run. */
  public TraceMetadata(
      String moduleDigest,
      @Nullable String policyDigest,
      RunLimits limits,
      SortedMap<String, String> capabilities) {
    this(FORMAT_VERSION, RUNTIME_VERSION, moduleDigest, policyDigest, limits, capabilities, null);
  }

  /** Of a run that has been negotiated. */
  public static TraceMetadata of(
      PluginModule module, byte[] policyFile, RunLimits limits, Negotiation negotiation) {
    SortedMap<String, String> capabilities = new TreeMap<>(Utf8.ORDER);
    for (Negotiation.Entry entry : negotiation.entries()) {
      capabilities.put(
          entry.capability().id(), entry.decision() instanceof Decision.Mock ? "mock" : "grant");
    }
    return new TraceMetadata(Cmod.digest(module), Cmod.digest(policyFile), limits, capabilities);
  }

  /** Of a slice of a trace that has this metadata, or none. */
  static TraceMetadata ofSlice(
      @Nullable TraceMetadata source, PluginModule module, SliceOrigin slice) {
    return source == null
        ? new TraceMetadata(
            FORMAT_VERSION,
            RUNTIME_VERSION,
            Cmod.digest(module),
            null,
            RunLimits.unbounded(),
            new TreeMap<>(Utf8.ORDER),
            slice)
        : new TraceMetadata(
            FORMAT_VERSION,
            RUNTIME_VERSION,
            Cmod.digest(module),
            source.policyDigest,
            source.limits,
            source.capabilities,
            slice);
  }

  void write(JsonWriter json) {
    json.beginObject().key("format_version").unsigned(formatVersion);
    json.key("runtime_version").string(runtimeVersion);
    json.key("module_digest").string(moduleDigest);
    json.key("policy_digest").nullableString(policyDigest);
    json.key("limits");
    limits(json, limits);
    json.key("capabilities").beginObject();
    capabilities.forEach((id, decision) -> json.key(id).string(decision));
    json.endObject().key("slice");
    slice(json, slice);
    json.endObject();
  }

  /** Limits as an object of JSON. */
  public static void limits(JsonWriter json, RunLimits limits) {
    json.beginObject();
    limit(json, "max_instructions", limits.maxInstructions());
    limit(json, "max_call_depth", limits.maxCallDepth());
    limit(json, "max_registers", limits.maxRegisters());
    limit(json, "max_array_items", limits.maxArrayItems());
    if (limits.memoryBytes() != PluginLimits.RUN_MEMORY_BYTES) {
      json.key("memory_bytes").integer(limits.memoryBytes());
    }
    json.endObject();
  }

  /** The origin of a slice as an object of JSON, or null. */
  public static void slice(JsonWriter json, @Nullable SliceOrigin slice) {
    if (slice == null) {
      json.literal("null");
      return;
    }
    json.beginObject().key("from").unsigned(slice.from()).key("to").unsigned(slice.to());
    json.key("source_event_count").unsigned(slice.events());
    json.key("source_checksum").unsigned(slice.checksum()).endObject();
  }

  private static void limit(JsonWriter json, String name, @Nullable Long limit) {
    json.key(name);
    if (limit == null) {
      json.literal("null");
    } else {
      json.unsigned(limit);
    }
  }
}

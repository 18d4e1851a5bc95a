package dev.spore.plugin.trace;

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
 * @param moduleDigest as {@link Cmod#digest} gives it
 * @param policyDigest of the bytes of the policy's file, null if it came from elsewhere
 * @param limits of which the format keeps the first four
 * @param capabilities {@code grant} or {@code mock} for each declared one, sorted by UTF-8 bytes
 */
public record TraceMetadata(
    String moduleDigest,
    @Nullable String policyDigest,
    RunLimits limits,
    SortedMap<String, String> capabilities) {
  /** Of the format and the runtime whose traces these are. */
  private static final int FORMAT_VERSION = 1;

  private static final String RUNTIME_VERSION = "0.1.0";

  public TraceMetadata {
    SortedMap<String, String> sorted = new TreeMap<>(Utf8.ORDER);
    sorted.putAll(capabilities);
    capabilities = Collections.unmodifiableSortedMap(sorted);
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

  void write(JsonWriter json) {
    json.beginObject().key("format_version").integer(FORMAT_VERSION);
    json.key("runtime_version").string(RUNTIME_VERSION);
    json.key("module_digest").string(moduleDigest);
    json.key("policy_digest").nullableString(policyDigest);
    json.key("limits").beginObject();
    limit(json, "max_instructions", limits.maxInstructions());
    limit(json, "max_call_depth", limits.maxCallDepth());
    limit(json, "max_registers", limits.maxRegisters());
    limit(json, "max_array_items", limits.maxArrayItems());
    json.endObject().key("capabilities").beginObject();
    capabilities.forEach((id, decision) -> json.key(id).string(decision));
    json.endObject().key("slice").literal("null").endObject();
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

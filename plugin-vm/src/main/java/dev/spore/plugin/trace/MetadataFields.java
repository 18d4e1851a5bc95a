package dev.spore.plugin.trace;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.json.JsonReader;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.value.Utf8;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the metadata of a trace out of JSON. */
final class MetadataFields {
  private final JsonReader json;
  private @Nullable Long formatVersion;
  private @Nullable String runtimeVersion;
  private @Nullable String moduleDigest;
  private @Nullable String policyDigest;
  private @Nullable RunLimits limits;
  private @Nullable SortedMap<String, String> capabilities;
  private @Nullable SliceOrigin slice;

  MetadataFields(JsonReader json) {
    this.json = json;
  }

  TraceMetadata read() {
    json.fields(this::field);
    return new TraceMetadata(
        json.require(formatVersion, "format_version"),
        json.require(runtimeVersion, "runtime_version"),
        json.require(moduleDigest, "module_digest"),
        policyDigest,
        json.require(limits, "limits"),
        json.require(capabilities, "capabilities"),
        slice);
  }

  private boolean field(String name) {
    switch (name) {
      case "format_version" -> formatVersion = json.unsigned();
      case "runtime_version" -> runtimeVersion = json.string();
      case "module_digest" -> moduleDigest = json.string();
      case "policy_digest" -> policyDigest = json.nullableString();
      case "limits" -> limits = new Limits().read();
      case "capabilities" -> capabilities = decisions();
      case "slice" -> slice = json.isNull() ? null : new Slice().read();
      default -> {
        return false;
      }
    }
    return true;
  }

  private SortedMap<String, String> decisions() {
    SortedMap<String, String> map = new TreeMap<>(Utf8.ORDER);
    json.object(id -> {
      String decision = json.string();
      if (!decision.equals("grant") && !decision.equals("mock")) {
        throw json.error("unknown variant `" + decision + "`, expected `grant` or `mock`");
      }
      map.put(id, decision);
      return true;
    });
    return map;
  }

  private final class Limits {
    private @Nullable Long instructions;
    private @Nullable Long depth;
    private @Nullable Long registers;
    private @Nullable Long items;
    private long memory = PluginLimits.RUN_MEMORY_BYTES;

    RunLimits read() {
      json.fields(this::member);
      return new RunLimits(instructions, depth, registers, items, memory);
    }

    private boolean member(String name) {
      switch (name) {
        case "max_instructions" -> instructions = nullable();
        case "max_call_depth" -> depth = nullable();
        case "max_registers" -> registers = nullable();
        case "max_array_items" -> items = nullable();
        case "memory_bytes" -> {
          long bytes = json.unsigned();
          memory = bytes < 0 ? Long.MAX_VALUE : bytes;
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    private @Nullable Long nullable() {
      return json.isNull() ? null : (Long) json.unsigned();
    }
  }

  private final class Slice {
    private @Nullable Long from;
    private @Nullable Long to;
    private @Nullable Long events;
    private @Nullable Long checksum;

    SliceOrigin read() {
      json.fields(this::member);
      return new SliceOrigin(
          json.require(from, "from"),
          json.require(to, "to"),
          json.require(events, "source_event_count"),
          json.require(checksum, "source_checksum"));
    }

    private boolean member(String name) {
      switch (name) {
        case "from" -> from = json.unsigned();
        case "to" -> to = json.unsigned();
        case "source_event_count" -> events = json.unsigned();
        case "source_checksum" -> checksum = json.unsigned();
        default -> {
          return false;
        }
      }
      return true;
    }
  }
}

package dev.spore.plugin.trace;

import dev.spore.plugin.json.ByteSink;
import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.ModuleJson;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.StepSink;
import dev.spore.plugin.value.Value;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes a trace while its run goes on, in constant memory however long it gets. Each event carries
 * a checksum of its text without white space; the last checksum covers all events and the outcome.
 */
public final class TraceWriter implements StepSink {
  private final PluginModule module;
  private final JsonWriter file;
  private final JsonWriter canonical = new JsonWriter(false, this::keep);
  private final Fnv event = new Fnv();
  private final Fnv all = new Fnv();

  /** The event at hand in its canonical text. */
  private byte[] kept = new byte[4096];

  private int keptBytes;
  private long events;

  /**
   * Starts the file.
   *
   * @param entry name of the export that is run
   */
  public TraceWriter(PluginModule module, String entry, ByteSink out) {
    this.module = module;
    this.file = new JsonWriter(true, out);
    file.beginObject().key("module");
    ModuleJson.write(module, file);
    file.key("entry").string(entry).key("events").beginArray();
    all.update("[[");
  }

  @Override
  public void step(
      int function,
      int pc,
      int register,
      @Nullable Value value,
      @Nullable CapabilityCall call,
      @Nullable String error) {
    keptBytes = 0;
    write(canonical, function, pc, register, value, call, error);
    canonical.integer(0).endObject().flush();
    event.reset();
    event.update(kept, 0, keptBytes);
    long checksum = event.value();
    if (events > 0) {
      all.update(",");
    }
    // Without the zero and the brace that stand after the name of the checksum.
    all.update(kept, 0, keptBytes - 2);
    all.update(Long.toUnsignedString(checksum));
    all.update("}");
    write(file, function, pc, register, value, call, error);
    file.unsigned(checksum).endObject();
    events++;
  }

  /** How many events there are so far. */
  public long events() {
    return events;
  }

  /**
   * Ends the file.
   *
   * @param metadata what the run was given, or null to leave it out
   * @return the checksum of the trace, unsigned
   */
  public long finish(Outcome outcome, @Nullable TraceMetadata metadata) {
    file.endArray();
    keptBytes = 0;
    result(canonical, outcome);
    canonical.flush();
    all.update("],");
    all.update(kept, 0, keptBytes);
    all.update(",");
    keptBytes = 0;
    canonical.nullableString(error(outcome)).flush();
    all.update(kept, 0, keptBytes);
    all.update("]");
    file.key("result");
    result(file, outcome);
    file.key("error").nullableString(error(outcome));
    file.key("checksum").unsigned(all.value());
    if (metadata != null) {
      file.key("metadata");
      metadata.write(file);
    }
    file.endObject().flush();
    return all.value();
  }

  private static void result(JsonWriter json, Outcome outcome) {
    switch (outcome) {
      case Outcome.Returned(Value value) -> json.value(value);
      case Outcome.Failed _ -> json.literal("null");
    }
  }

  private static @Nullable String error(Outcome outcome) {
    return outcome instanceof Outcome.Failed(var failure) ? failure.getMessage() : null;
  }

  private void keep(byte[] bytes, int offset, int length) {
    if (length > kept.length - keptBytes) {
      kept = Arrays.copyOf(kept, Math.max(kept.length * 2, keptBytes + length));
    }
    System.arraycopy(bytes, offset, kept, keptBytes, length);
    keptBytes += length;
  }

  /** An event up to the name of its checksum. */
  private void write(
      JsonWriter json,
      int index,
      int pc,
      int register,
      @Nullable Value value,
      @Nullable CapabilityCall call,
      @Nullable String error) {
    PluginFunction function = module.functions().get(index);
    long line = function.sourceLines().at(pc);
    json.beginObject().key("function").string(function.name()).key("pc").integer(pc);
    json.key("source_line");
    if (line == SourceLines.NONE) {
      json.literal("null");
    } else {
      json.integer(line);
    }
    json.key("opcode").string(function.code().get(pc).opcode().text());
    json.key("register_changes").beginArray();
    if (value != null) {
      json.beginObject().key("register").integer(register).key("value").value(value).endObject();
    }
    json.endArray().key("capability");
    if (call == null) {
      json.literal("null");
    } else {
      json.beginObject().key("id").string(call.id());
      json.key("decision").string(call.answer().json()).key("args").values(call.args());
      json.key("result").value(call.result()).endObject();
    }
    json.key("error").nullableString(error).key("checksum");
  }
}

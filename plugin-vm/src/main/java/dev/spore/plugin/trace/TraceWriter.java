package dev.spore.plugin.trace;

import dev.spore.plugin.json.ByteSink;
import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.ModuleJson;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.value.FloatText;
import dev.spore.plugin.value.Value;
import org.jspecify.annotations.Nullable;

/**
 * Writes a trace while its run goes on, in constant memory however long it gets. Each event carries
 * a checksum of its text without white space; the last checksum covers all events and the outcome.
 */
public final class TraceWriter implements TraceOutput {
  private final PluginModule module;
  private final JsonWriter file;
  private final TraceHash hash = new TraceHash();
  private final EventTemplates templates;
  private final Ascii text = new Ascii();
  private long events;

  /**
   * Starts the file.
   *
   * @param entry name of the export that is run
   */
  public TraceWriter(PluginModule module, String entry, ByteSink out) {
    this.module = module;
    this.templates = new EventTemplates(module);
    this.file = new JsonWriter(true, out);
    file.beginObject().key("module");
    ModuleJson.write(module, file);
    file.key("entry").string(entry).key("events").beginArray();
  }

  @Override
  public void step(
      int function,
      int pc,
      int register,
      @Nullable Value value,
      @Nullable CapabilityCall call,
      @Nullable String error) {
    int kind =
        call == null && error == null && !hash.isEmpty()
            ? EventTemplates.kind(value)
            : EventTemplates.OTHER;
    EventTemplate template =
        kind == EventTemplates.OTHER ? null : templates.of(function, pc, register, kind);
    if (template == null) {
      put(hash.seal(TraceEvent.of(module, function, pc, register, value, call, error)));
    } else if (template.isFixed()) {
      text.clear();
      template.fixed(text, hash);
      item();
    } else if (value instanceof Value.F64(double number)) {
      text.clear();
      template.begin(text);
      text.add(FloatText.json(number));
      template.end(text, hash);
      item();
    } else if (value instanceof Value.I64(long number)) {
      integer(template, number);
    }
  }

  @Override
  public void integer(int function, int pc, int register, long number) {
    EventTemplate template =
        hash.isEmpty() ? null : templates.of(function, pc, register, EventTemplates.I64);
    if (template == null) {
      put(
          hash.seal(
              TraceEvent.of(module, function, pc, register, new Value.I64(number), null, null)));
    } else {
      integer(template, number);
    }
  }

  private void integer(EventTemplate template, long number) {
    text.clear();
    template.begin(text);
    text.signed(number);
    template.end(text, hash);
    item();
  }

  private void item() {
    file.item(text.bytes, text.length);
    events++;
  }

  @Override
  public void event(TraceEvent event) {
    hash.add(event);
    put(event);
  }

  private void put(TraceEvent event) {
    EventJson.write(file, event);
    file.unsigned(event.checksum()).endObject();
    events++;
  }

  @Override
  public void flush() {
    file.flush();
  }

  @Override
  public long events() {
    return events;
  }

  @Override
  public long finish(
      @Nullable Value result, @Nullable String error, @Nullable TraceMetadata metadata) {
    long checksum = hash.finish(result, error);
    finish(result, error, checksum, metadata);
    return checksum;
  }

  @Override
  public void finish(
      @Nullable Value result,
      @Nullable String error,
      long checksum,
      @Nullable TraceMetadata metadata) {
    file.endArray().key("result");
    if (result == null) {
      file.literal("null");
    } else {
      file.value(result);
    }
    file.key("error").nullableString(error);
    file.key("checksum").unsigned(checksum);
    if (metadata != null) {
      file.key("metadata");
      metadata.write(file);
    }
    file.endObject().flush();
  }
}

package dev.spore.plugin.trace;

import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.run.CapabilityCall;

/** Events as JSON. */
final class EventJson {
  private EventJson() {}

  /** An event up to the name of its checksum. */
  static void write(JsonWriter json, TraceEvent event) {
    json.beginObject().key("function").string(event.function()).key("pc").unsigned(event.pc());
    json.key("source_line");
    if (event.sourceLine() == SourceLines.NONE) {
      json.literal("null");
    } else {
      json.unsigned(event.sourceLine());
    }
    json.key("opcode").string(event.opcode());
    json.key("register_changes").beginArray();
    for (RegisterChange change : event.changes()) {
      json.beginObject().key("register").unsigned(change.register());
      json.key("value").value(change.value()).endObject();
    }
    json.endArray().key("capability");
    CapabilityCall call = event.capability();
    if (call == null) {
      json.literal("null");
    } else {
      json.beginObject().key("id").string(call.id());
      json.key("decision").string(call.answer().json()).key("args").values(call.args());
      json.key("result").value(call.result()).endObject();
    }
    json.key("error").nullableString(event.error()).key("checksum");
  }
}

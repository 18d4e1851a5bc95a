package dev.spore.plugin.debug;

import dev.spore.plugin.RunException;
import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.trace.TraceFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A debugger for programs: each command gives one object of JSON on one line, with the current
 * event, its frame and that frame's own registers, and the lines people would see.
 */
public final class JsonDebugSession implements AutoCloseable {
  private final Consumer<String> out;
  private final List<String> lines = new ArrayList<>();
  private final DebugSession session;

  /** As {@link DebugSession}; {@code out} gets one object at a time, without a line feed. */
  public JsonDebugSession(TraceFile trace, SliceStore store, Consumer<String> out) {
    this.out = out;
    this.session = new DebugSession(trace, store, lines::add);
  }

  /** Tells where it is; whether there is anything to debug. */
  public boolean start() {
    boolean any = session.start();
    tell("", any);
    return any;
  }

  /** Follows a line as {@link DebugSession#run} does; tells of a failure before it throws. */
  public boolean run(String line) {
    if (line.isBlank()) {
      return true;
    }
    try {
      boolean goesOn = session.run(line);
      tell(line, true);
      return goesOn;
    } catch (DebugException | RunException e) {
      lines.clear();
      out.accept(
          text(json ->
              json.beginObject()
                  .key("command")
                  .string(line)
                  .key("error")
                  .string(String.valueOf(e.getMessage()))
                  .endObject()));
      throw e;
    }
  }

  private void tell(String command, boolean any) {
    out.accept(
        text(json -> {
          json.beginObject().key("command").string(command);
          if (any) {
            place(json);
          }
          json.key("lines").beginArray();
          lines.forEach(json::string);
          json.endArray().endObject();
        }));
    lines.clear();
  }

  private void place(JsonWriter json) {
    long current = session.current();
    Navigator navigator = session.navigator();
    json.key("index").integer(current).key("events").integer(navigator.summary().events());
    TraceEvent event = navigator.event(current);
    json.key("event");
    event.write(json);
    Frame frame = navigator.frame(current);
    json.key("frame").beginObject().key("id").integer(frame.id());
    json.key("depth").integer(navigator.depth(current));
    json.key("function").string(frame.function()).key("registers").beginObject();
    frame
        .registers()
        .forEach((number, value) -> json.key(Long.toUnsignedString(number)).value(value));
    json.endObject().endObject();
  }

  private static String text(Consumer<JsonWriter> writing) {
    return new String(JsonWriter.toBytes(false, writing), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    session.close();
  }
}

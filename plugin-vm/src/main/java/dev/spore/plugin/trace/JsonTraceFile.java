package dev.spore.plugin.trace;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.json.JsonReader;
import dev.spore.plugin.module.ModuleJson;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.value.Value;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A trace as JSON in any layout, its members in any order. */
final class JsonTraceFile implements TraceFile {
  private final TraceBytes bytes;
  private final Places places = new Places();
  private @Nullable TraceSummary summary;

  JsonTraceFile(TraceBytes bytes) {
    this.bytes = bytes;
  }

  @Override
  public boolean isBinary() {
    return false;
  }

  @Override
  public TraceSummary summary() {
    TraceSummary known = summary;
    if (known == null) {
      known = JsonReader.guarded(this::read);
      summary = known;
    }
    return known;
  }

  private TraceSummary read() {
    try (JsonReader json = JsonReader.stream(bytes.open(0))) {
      json.begin();
      TraceSummary read = new Fields(json).read();
      json.end();
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TraceCursor events(long from) {
    long count = summary().events();
    if (from < 0 || from > count) {
      throw new IllegalArgumentException("event " + from + " of " + count);
    }
    if (from == count) {
      return new Cursor(null, 0);
    }
    long place = places.before(from);
    Cursor cursor =
        JsonReader.guarded(() -> new Cursor(openAt(places.offset(place)), count - place));
    for (long i = place; i < from; i++) {
      cursor.next();
    }
    return cursor;
  }

  /** An array of the events from an offset on, and of whatever else follows there. */
  private JsonReader openAt(long offset) {
    try {
      InputStream rest = bytes.open(offset);
      return JsonReader.stream(
          new SequenceInputStream(new ByteArrayInputStream(new byte[] {'['}), rest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What stands between events and outcome in a file as it is written here. */
  private static final byte[] AFTER_EVENTS =
      "\n  ],\n  \"result\": ".getBytes(StandardCharsets.US_ASCII);

  /** Of {@link #AFTER_EVENTS}, up to the comma. */
  private static final int END_OF_EVENTS = 5;

  @Override
  public @Nullable TraceMirror mirror() {
    try {
      return JsonReader.guarded(this::mirrored);
    } catch (DecodeException e) {
      // Whoever reads it properly says what is wrong with it.
      return null;
    }
  }

  private @Nullable TraceMirror mirrored() {
    try (JsonReader json = JsonReader.stream(bytes.open(0))) {
      json.begin();
      Fields head = new Fields(json);
      boolean events = json.fieldsUntil("events", head::field);
      PluginModule module = head.module;
      String entry = head.entry;
      if (!events || module == null || entry == null) {
        return null;
      }
      json.beginItems();
      long first = json.nextItem() ? json.offset() : -1;
      long after = first < 0 ? -1 : afterEvents();
      if (after < 0) {
        return null;
      }
      Fields tail = tail(after);
      return new TraceMirror(
          module,
          entry,
          tail.metadata,
          bytes.open(0),
          () -> JsonReader.guarded(() -> new Cursor(openAt(first), Long.MAX_VALUE)),
          sink -> new TraceWriter(module, entry, sink));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the members after the events begin, or -1 if that is not soon found. */
  private long afterEvents() throws IOException {
    long size = bytes.size();
    for (long window = 1 << 16; ; window *= 8) {
      long from = Math.max(0, size - window);
      byte[] end;
      try (InputStream in = bytes.open(from)) {
        end = in.readNBytes((int) (size - from));
      }
      for (int at = end.length - AFTER_EVENTS.length; at >= 0; at--) {
        if (end[at] == '\n'
            && Arrays.equals(
                end, at, at + AFTER_EVENTS.length, AFTER_EVENTS, 0, AFTER_EVENTS.length)) {
          return from + at + END_OF_EVENTS;
        }
      }
      if (from == 0 || window >= PluginLimits.TRACE_EVENT_BYTES_MAX / 8) {
        return -1;
      }
    }
  }

  private Fields tail(long offset) throws IOException {
    InputStream rest = bytes.open(offset);
    try (JsonReader json =
        JsonReader.stream(
            new SequenceInputStream(new ByteArrayInputStream(new byte[] {'{'}), rest))) {
      json.begin();
      Fields tail = new Fields(json);
      json.fields(tail::field);
      json.end();
      return tail;
    }
  }

  private static final class Cursor implements TraceCursor {
    private final @Nullable JsonReader json;
    private final @Nullable EventFields fields;
    private long left;

    Cursor(@Nullable JsonReader json, long left) {
      this.json = json;
      this.left = left;
      if (json == null) {
        fields = null;
      } else {
        fields = new EventFields(json);
        json.begin();
        json.beginItems();
      }
    }

    @Override
    public @Nullable TraceEvent next() {
      JsonReader reader = json;
      EventFields reading = fields;
      if (left == 0 || reader == null || reading == null) {
        return null;
      }
      left--;
      return JsonReader.<@Nullable TraceEvent>guarded(() -> {
        reader.budget(PluginLimits.TRACE_EVENT_BYTES_MAX, "an event of the trace");
        return reader.nextItem() ? reading.read() : null;
      });
    }

    @Override
    public void close() {
      if (json != null) {
        json.close();
      }
    }
  }

  /** The members of the whole. */
  private final class Fields {
    private final JsonReader json;
    private final CallCounts calls = new CallCounts();
    private @Nullable PluginModule module;
    private @Nullable String entry;
    private @Nullable Long events;
    private @Nullable Value result;
    private @Nullable String error;
    private @Nullable Long checksum;
    private @Nullable TraceMetadata metadata;

    Fields(JsonReader json) {
      this.json = json;
    }

    TraceSummary read() {
      json.fields(this::field);
      return new TraceSummary(
          json.require(module, "module"),
          json.require(entry, "entry"),
          json.require(events, "events"),
          result,
          error,
          json.require(checksum, "checksum"),
          metadata,
          calls.calls());
    }

    private boolean field(String name) {
      json.budget(PluginLimits.TRACE_EVENT_BYTES_MAX, "`" + name + "` of the trace");
      switch (name) {
        case "module" -> {
          json.budget(PluginLimits.MODULE_BYTES_MAX, "the module of the trace");
          module = ModuleJson.read(json);
        }
        case "entry" -> entry = json.string();
        case "events" -> events = count();
        case "result" -> result = json.isNull() ? null : json.value();
        case "error" -> error = json.nullableString();
        case "checksum" -> checksum = json.unsigned();
        case "metadata" -> metadata = json.isNull() ? null : new MetadataFields(json).read();
        default -> {
          json.budget(Long.MAX_VALUE / 2, "");
          return false;
        }
      }
      json.budget(PluginLimits.TRACE_EVENT_BYTES_MAX, "white space of the trace");
      return true;
    }

    private long count() {
      EventFields fields = new EventFields(json);
      long index = 0;
      json.beginItems();
      while (json.nextItem()) {
        if (places.wants(index)) {
          places.note(index, json.offset());
        }
        calls.add(fields.read());
        json.budget(PluginLimits.TRACE_EVENT_BYTES_MAX, "an event of the trace");
        index++;
      }
      return index;
    }
  }
}

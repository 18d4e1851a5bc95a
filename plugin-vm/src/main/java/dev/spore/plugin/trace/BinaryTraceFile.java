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
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A trace in the binary form. */
final class BinaryTraceFile implements TraceFile {
  /** Before the first event. */
  private record Head(PluginModule module, String entry) {}

  /** After the last event. */
  private record Tail(
      @Nullable Value result,
      @Nullable String error,
      long checksum,
      @Nullable TraceMetadata metadata) {}

  private final TraceBytes bytes;

  /** Of the blocks that begin with an event, some: its index, their offset, the sites named. */
  private List<long[]> places = new ArrayList<>();

  private List<BinaryEvents.Site> sites = new ArrayList<>();
  private @Nullable TraceSummary summary;

  BinaryTraceFile(TraceBytes bytes) {
    this.bytes = bytes;
  }

  @Override
  public boolean isBinary() {
    return true;
  }

  private BlockReader open(long offset) {
    try {
      return new BlockReader(bytes.open(offset), offset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TraceSummary summary() {
    TraceSummary known = summary;
    if (known == null) {
      try (BlockReader in = open(BinaryForm.MAGIC_BYTES)) {
        known = read(in);
      }
      summary = known;
    }
    return known;
  }

  private TraceSummary read(BlockReader in) {
    Head head = head(in);
    sites = new ArrayList<>();
    BinaryEvents events = new BinaryEvents(in, sites, 0);
    CallCounts calls = new CallCounts();
    List<long[]> blocks = new ArrayList<>();
    long count = 0;
    long every = 1;
    long seen = 0;
    while (true) {
      long offset = in.offset();
      if (offset >= 0 && seen++ % every == 0) {
        blocks.add(new long[] {count, offset, events.named()});
        if (blocks.size() == PluginLimits.TRACE_PLACES_MAX) {
          every *= 2;
          blocks = everySecond(blocks);
        }
      }
      TraceEvent event = events.next();
      if (event == null) {
        break;
      }
      calls.add(event);
      count++;
    }
    places = blocks;
    Tail tail = tail(in);
    return new TraceSummary(
        head.module,
        head.entry,
        count,
        tail.result,
        tail.error,
        tail.checksum,
        tail.metadata,
        calls.calls());
  }

  private static Head head(BlockReader in) {
    in.budget(PluginLimits.MODULE_BYTES_MAX);
    PluginModule module = ModuleJson.decode(in.bytes(PluginLimits.MODULE_BYTES_MAX));
    in.budget(PluginLimits.TRACE_EVENT_BYTES_MAX);
    return new Head(module, in.text());
  }

  private static Tail tail(BlockReader in) {
    in.budget(PluginLimits.TRACE_EVENT_BYTES_MAX);
    Value result = in.flag() ? in.value() : null;
    String error = in.nullableText();
    long checksum = in.fixed();
    TraceMetadata metadata = null;
    if (in.flag()) {
      byte[] json = in.bytes(PluginLimits.TRACE_EVENT_BYTES_MAX);
      metadata =
          JsonReader.guarded(() -> {
            try (JsonReader reader = JsonReader.stream(new ByteArrayInputStream(json))) {
              reader.begin();
              TraceMetadata read = new MetadataFields(reader).read();
              reader.end();
              return read;
            }
          });
    }
    in.end();
    return new Tail(result, error, checksum, metadata);
  }

  @Override
  public TraceCursor events(long from) {
    long count = summary().events();
    if (from < 0 || from > count) {
      throw new IllegalArgumentException("event " + from + " of " + count);
    }
    long[] place = before(from);
    Cursor cursor = new Cursor(open(place[1]), sites, (int) place[2], count - place[0]);
    if (place[1] == BinaryForm.MAGIC_BYTES) {
      cursor.skipHead();
    }
    for (long i = place[0]; i < from; i++) {
      cursor.next();
    }
    return cursor;
  }

  /** The last place at an event or before it; the start of everything if there is none. */
  private long[] before(long event) {
    long[] best = {0, BinaryForm.MAGIC_BYTES, 0};
    for (long[] place : places) {
      if (place[0] > event) {
        break;
      }
      best = place;
    }
    return best;
  }

  private static List<long[]> everySecond(List<long[]> all) {
    List<long[]> half = new ArrayList<>();
    for (int i = 0; i < all.size(); i += 2) {
      half.add(all.get(i));
    }
    return half;
  }

  @Override
  public @Nullable TraceMirror mirror() {
    try {
      Head head;
      try (BlockReader in = open(BinaryForm.MAGIC_BYTES)) {
        head = head(in);
      }
      Tail tail = lastBlock();
      return tail == null
          ? null
          : new TraceMirror(
              head.module,
              head.entry,
              tail.metadata,
              bytes.open(0),
              this::fromStart,
              sink -> new BinaryTraceWriter(head.module, head.entry, sink));
    } catch (DecodeException e) {
      // Whoever reads it properly says what is wrong with it.
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable Tail lastBlock() throws IOException {
    long end = bytes.size() - BinaryForm.TRAILER_BYTES;
    if (end < BinaryForm.MAGIC_BYTES) {
      return null;
    }
    long offset;
    try (InputStream in = bytes.open(end)) {
      offset = BinaryForm.offset(in.readNBytes(BinaryForm.TRAILER_BYTES));
    }
    if (offset < BinaryForm.MAGIC_BYTES || offset > end) {
      return null;
    }
    try (BlockReader in = open(offset)) {
      in.budget(1);
      return in.octet() == BinaryForm.END ? tail(in) : null;
    }
  }

  private TraceCursor fromStart() {
    Cursor cursor = new Cursor(open(BinaryForm.MAGIC_BYTES), new ArrayList<>(), 0, Long.MAX_VALUE);
    cursor.skipHead();
    return cursor;
  }

  private static final class Cursor implements TraceCursor {
    private final BlockReader in;
    private final BinaryEvents events;
    private long left;

    Cursor(BlockReader in, List<BinaryEvents.Site> sites, int named, long left) {
      this.in = in;
      this.events = new BinaryEvents(in, sites, named);
      this.left = left;
    }

    void skipHead() {
      head(in);
    }

    @Override
    public @Nullable TraceEvent next() {
      if (left == 0) {
        return null;
      }
      left--;
      return events.next();
    }

    @Override
    public void close() {
      in.close();
    }
  }
}

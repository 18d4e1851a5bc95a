package dev.spore.plugin.trace;

import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.value.Value;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The checksums of a trace: of each event over its text without white space, and of the whole over
 * all events and the outcome. One thread.
 */
public final class TraceHash {
  private final JsonWriter canonical = new JsonWriter(false, this::keep);
  private final Fnv one = new Fnv();
  private final Fnv all = new Fnv();
  private boolean first = true;

  /** The event at hand in its canonical text. */
  private byte[] kept = new byte[4096];

  private int keptBytes;

  public TraceHash() {
    all.update("[[");
  }

  /** Adds an event that has no checksum yet and gives it its own. */
  public TraceEvent seal(TraceEvent event) {
    long checksum = checksum(event);
    append(checksum);
    return event.withChecksum(checksum);
  }

  /** Adds an event with the checksum it has. */
  public void add(TraceEvent event) {
    text(event);
    append(event.checksum());
  }

  /** The checksum an event should have, unsigned; adds nothing. */
  public long checksum(TraceEvent event) {
    text(event);
    one.reset();
    one.update(kept, 0, keptBytes);
    one.update("0}");
    return one.value();
  }

  /** The checksum of the whole, unsigned; nothing can be added after it. */
  public long finish(@Nullable Value result, @Nullable String error) {
    all.update("],");
    keptBytes = 0;
    if (result == null) {
      canonical.literal("null");
    } else {
      canonical.value(result);
    }
    canonical.flush();
    all.update(kept, 0, keptBytes);
    all.update(",");
    keptBytes = 0;
    canonical.nullableString(error).flush();
    all.update(kept, 0, keptBytes);
    all.update("]");
    return all.value();
  }

  private void text(TraceEvent event) {
    keptBytes = 0;
    EventJson.write(canonical, event);
    // The value that is due after the name of the checksum is not its own but 0.
    canonical.literal("").endObject().flush();
    keptBytes--;
  }

  private void append(long checksum) {
    if (!first) {
      all.update(",");
    }
    first = false;
    all.update(kept, 0, keptBytes);
    all.update(Long.toUnsignedString(checksum));
    all.update("}");
  }

  private void keep(byte[] bytes, int offset, int length) {
    if (length > kept.length - keptBytes) {
      kept = Arrays.copyOf(kept, Math.max(kept.length * 2, keptBytes + length));
    }
    System.arraycopy(bytes, offset, kept, keptBytes, length);
    keptBytes += length;
  }
}

package dev.spore.plugin.trace;

import dev.spore.plugin.json.JsonWriter;
import dev.spore.plugin.value.Value;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The checksums of a trace: of each event over its text without white space, and of the whole over
 * all events and the outcome. One thread.
 */
public final class TraceHash {
  private final JsonWriter canonical = new JsonWriter(false, this::keep);

  /** What stands in place of the checksum of an event while it is made, and the end. */
  private static final byte[] UNSEALED = {'0', '}'};

  private long all = Fnv.START;
  private boolean first = true;

  /** The event at hand in its canonical text. */
  private byte[] kept = new byte[4096];

  private int keptBytes;

  public TraceHash() {
    hash("[[");
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
    long state = Fnv.of(Fnv.START, kept, 0, keptBytes);
    return Fnv.of(state, UNSEALED, 0, UNSEALED.length);
  }

  /** The checksum of the whole, unsigned; nothing can be added after it. */
  public long finish(@Nullable Value result, @Nullable String error) {
    hash("],");
    keptBytes = 0;
    if (result == null) {
      canonical.literal("null");
    } else {
      canonical.value(result);
    }
    canonical.flush();
    all = Fnv.of(all, kept, 0, keptBytes);
    hash(",");
    keptBytes = 0;
    canonical.nullableString(error).flush();
    all = Fnv.of(all, kept, 0, keptBytes);
    hash("]");
    return all;
  }

  /** The state over all that was added, for who can go on from it faster. */
  long state() {
    return all;
  }

  /** Adds an event that was hashed elsewhere; it must not be the first. */
  void goOn(long state) {
    all = state;
  }

  boolean isEmpty() {
    return first;
  }

  private void hash(String ascii) {
    byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
    all = Fnv.of(all, bytes, 0, bytes.length);
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
      hash(",");
    }
    first = false;
    all = Fnv.of(all, kept, 0, keptBytes);
    hash(Long.toUnsignedString(checksum));
    hash("}");
  }

  private void keep(byte[] bytes, int offset, int length) {
    if (length > kept.length - keptBytes) {
      kept = Arrays.copyOf(kept, Math.max(kept.length * 2, keptBytes + length));
    }
    System.arraycopy(bytes, offset, kept, keptBytes, length);
    keptBytes += length;
  }
}

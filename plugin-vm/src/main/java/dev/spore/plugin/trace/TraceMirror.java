package dev.spore.plugin.trace;

import dev.spore.plugin.RecordedException;
import dev.spore.plugin.json.ByteSink;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.StepSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a trace again out of the steps of a run and holds it against the bytes there are. It tells
 * equal from different and nothing more. One thread.
 */
public final class TraceMirror implements AutoCloseable {
  /** The bytes differ, or are not enough. */
  public static final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Mismatch() {
      super(null, null, false, false);
    }
  }

  private final PluginModule module;
  private final String entry;
  private final @Nullable TraceMetadata metadata;
  private final InputStream there;
  private final Supplier<TraceCursor> records;
  private final byte[] window = new byte[1 << 16];
  private final TraceOutput output;
  private @Nullable TraceCursor recorded;

  /**
   * @param there the bytes of the trace from the first on
   * @param records goes through its events again
   * @param output starts a trace in the form of this one
   */
  TraceMirror(
      PluginModule module,
      String entry,
      @Nullable TraceMetadata metadata,
      InputStream there,
      Supplier<TraceCursor> records,
      Function<ByteSink, TraceOutput> output) {
    this.module = module;
    this.entry = entry;
    this.metadata = metadata;
    this.there = there;
    this.records = records;
    this.output = output.apply(this::compare);
  }

  public PluginModule module() {
    return module;
  }

  public String entry() {
    return entry;
  }

  public @Nullable TraceMetadata metadata() {
    return metadata;
  }

  /** Where the steps go; it throws {@link Mismatch}. */
  public StepSink steps() {
    return output;
  }

  /** How many steps were told. */
  public long events() {
    return output.events();
  }

  private void compare(byte[] bytes, int offset, int length) {
    try {
      for (int done = 0; done < length; ) {
        int count = Math.min(window.length, length - done);
        int at = offset + done;
        if (there.readNBytes(window, 0, count) < count
            || !Arrays.equals(window, 0, count, bytes, at, at + count)) {
          throw new Mismatch();
        }
        done += count;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What the next call of a capability was answered.
   *
   * @throws RecordedException if it failed
   * @throws Mismatch if there was none
   */
  public CapabilityCall nextCall() {
    TraceCursor cursor = recorded;
    if (cursor == null) {
      cursor = records.get();
      recorded = cursor;
    }
    TraceEvent event = cursor.next();
    while (event != null && !event.opcode().equals(Opcode.CAP_CALL.text())) {
      event = cursor.next();
    }
    if (event == null) {
      throw new Mismatch();
    }
    CapabilityCall call = event.capability();
    if (call != null) {
      return call;
    }
    String error = event.error();
    if (error == null || error.startsWith("replay error: ")) {
      throw new Mismatch();
    }
    throw new RecordedException(error);
  }

  /**
   * Ends the trace.
   *
   * @return its checksum, unsigned
   * @throws Mismatch if it ends in another way
   */
  public long finish(Outcome outcome) {
    long checksum = output.finish(outcome, metadata);
    try {
      if (there.read() >= 0) {
        throw new Mismatch();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return checksum;
  }

  @Override
  public void close() {
    try {
      there.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (recorded != null) {
        recorded.close();
      }
    }
  }
}

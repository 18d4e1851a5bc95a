package dev.spore.plugin.trace;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A trace in a file or in memory, as JSON or in the binary form. Reading it takes constant memory
 * however long it is; nothing of it is believed.
 */
public interface TraceFile {
  /**
   * A trace in a file, which must not change while this is used. Reads no more than tells the form.
   *
   * @throws UncheckedIOException if the file cannot be read
   */
  static TraceFile of(Path path) {
    return of(new TraceBytes.InFile(path));
  }

  /** A trace in memory. */
  static TraceFile of(byte[] bytes) {
    return of(new TraceBytes.InMemory(bytes));
  }

  private static TraceFile of(TraceBytes bytes) {
    try (InputStream in = bytes.open(0)) {
      boolean binary = BinaryForm.matches(in.readNBytes(BinaryForm.MAGIC_BYTES));
      return binary ? new BinaryTraceFile(bytes) : new JsonTraceFile(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it is in the binary form. */
  boolean isBinary();

  /**
   * All but the events, after reading them all once.
   *
   * @throws dev.spore.plugin.DecodeException if the bytes are no trace
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  TraceSummary summary();

  /**
   * The events from an index, which may be their number, on.
   *
   * @throws IllegalArgumentException if there are not that many
   */
  TraceCursor events(long from);

  /**
   * Something that makes the trace again out of the steps of a run and compares the bytes, which is
   * much faster than to compare events; null where the trace is not laid out as it would be made,
   * which says nothing of its truth.
   *
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  @Nullable TraceMirror mirror();
}

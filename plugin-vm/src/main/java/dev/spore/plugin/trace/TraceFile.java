package dev.spore.plugin.trace;

import java.nio.file.Path;

/**
 * A trace in a file or in memory. Reading it takes constant memory however long it is; nothing of
 * it is believed.
 */
public interface TraceFile {
  /** A trace in a file, which must not change while this is used. Reads nothing yet. */
  static TraceFile of(Path path) {
    return new JsonTraceFile(TraceBytes.of(path));
  }

  /** A trace in memory. */
  static TraceFile of(byte[] bytes) {
    return new JsonTraceFile(TraceBytes.of(bytes));
  }

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
}

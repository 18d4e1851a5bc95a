package dev.spore.plugin.trace;

import org.jspecify.annotations.Nullable;

/** Goes through the events of a trace, holding one at a time. One thread. */
public interface TraceCursor extends AutoCloseable {
  /**
   * The next event, or null after the last.
   *
   * @throws dev.spore.plugin.DecodeException if the file has changed since its summary was read
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  @Nullable TraceEvent next();

  @Override
  void close();
}

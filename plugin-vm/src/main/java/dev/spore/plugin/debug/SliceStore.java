package dev.spore.plugin.debug;

import dev.spore.plugin.json.ByteSink;
import java.util.function.Consumer;

/** Where a debugger puts traces it exports. */
@FunctionalInterface
public interface SliceStore {
  /**
   * Makes a file.
   *
   * @param path as it was typed
   * @param content writes it; if it throws, the file must not be there
   * @throws java.io.UncheckedIOException if it cannot be made
   */
  void write(String path, Consumer<ByteSink> content);
}

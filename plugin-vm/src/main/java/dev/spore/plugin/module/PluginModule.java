package dev.spore.plugin.module;

import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A plugin. It may be any nonsense that its form can hold until it is verified.
 *
 * @param exports function indexes, unsigned, by name, sorted by the names' UTF-8 bytes
 */
public record PluginModule(
    String name,
    List<Value> constants,
    List<Capability> capabilities,
    List<PluginFunction> functions,
    SortedMap<String, Long> exports) {
  public PluginModule {
    constants = List.copyOf(constants);
    capabilities = List.copyOf(capabilities);
    functions = List.copyOf(functions);
    exports = sorted(exports);
  }

  private static SortedMap<String, Long> sorted(Map<String, Long> exports) {
    SortedMap<String, Long> copy = new TreeMap<>(Utf8.ORDER);
    copy.putAll(exports);
    return Collections.unmodifiableSortedMap(copy);
  }
}

package dev.spore.plugin.policy;

import dev.spore.plugin.module.Capability;
import dev.spore.plugin.value.Value;
import java.util.List;
import java.util.Optional;

/** Who answers granted capabilities. Used by several threads when several plugins run. */
public interface PluginHost {
  /** The declaration of a capability it serves. */
  Optional<Capability> declaration(String id);

  /**
   * Answers a call whose arguments fit the declaration.
   *
   * @throws dev.spore.plugin.PluginException as the plugin is to fail
   */
  Value call(String id, List<Value> args);
}

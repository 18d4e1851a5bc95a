package dev.spore.plugin.run;

import dev.spore.plugin.module.Capability;
import dev.spore.plugin.value.Value;
import java.util.List;

/** Who answers the capability calls of a run. */
public interface Capabilities {
  /**
   * Answers one call.
   *
   * @param capability as the module declares it
   * @throws dev.spore.plugin.PluginException as the calling instruction is to fail
   */
  CapabilityCall call(Capability capability, List<Value> args);
}

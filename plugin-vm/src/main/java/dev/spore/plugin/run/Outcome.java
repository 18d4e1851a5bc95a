package dev.spore.plugin.run;

import dev.spore.plugin.PluginException;
import dev.spore.plugin.value.Value;

/** How a run ended. */
public sealed interface Outcome {
  /** The entry function returned. */
  record Returned(Value value) implements Outcome {}

  /** The plugin failed, or was stopped at a limit. */
  record Failed(PluginException failure) implements Outcome {}
}

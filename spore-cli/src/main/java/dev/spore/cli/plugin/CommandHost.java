package dev.spore.cli.plugin;

import dev.spore.plugin.policy.HostRegistry;
import dev.spore.plugin.policy.PluginHost;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Consumer;

/** The host of plugins on the command line: the built-in capabilities. */
final class CommandHost {
  private CommandHost() {}

  /**
   * A host for a run.
   *
   * @param output gets each line that is logged, its line feed included
   */
  static PluginHost printing(Consumer<String> output) {
    return HostRegistry.withBuiltins(output, Clock.systemUTC(), new SecureRandom());
  }

  /** A host that is only asked what it serves. */
  static PluginHost silent() {
    return printing(line -> {});
  }
}

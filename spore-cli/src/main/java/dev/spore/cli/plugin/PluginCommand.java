package dev.spore.cli.plugin;

/** One command of {@code spore plugin}. */
interface PluginCommand {
  /** What it takes. */
  Flags flags();

  /** What it does, in a sentence or two that end with a line feed. */
  String summary();

  /** Examples and what else there is to know, below the flags. */
  String details();

  /**
   * Does it.
   *
   * @return the exit code
   * @throws dev.spore.plugin.PluginException if a file or a plugin is at fault: exit code 1
   * @throws CommandFailure if it cannot be done for another reason: exit code 1
   */
  int execute(Arguments arguments, Console console);
}

package dev.spore.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One command of the command line. An instance serves one command line. */
interface Command {
  /** Flags that set this instance's fields. */
  OptionTable options();

  /** Usage line and what the command does; above the flags. */
  String summary();

  /** Examples and whatever else there is to know; below the flags. */
  String details();

  /**
   * Does it.
   *
   * @param words the arguments that are no flags
   * @param exact the arguments after {@code --}, null when there was none
   * @return the exit status
   */
  int execute(List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline)
      throws InterruptedException;
}

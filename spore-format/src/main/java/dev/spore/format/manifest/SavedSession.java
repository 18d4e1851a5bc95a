package dev.spore.format.manifest;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A process the host started in the guest, still running when the machine was stopped.
 *
 * @param id how users name it
 * @param exec its number in the agent, 0 to 2^32-1
 * @param argv at least the program
 * @param tty it has a terminal
 * @param stdinOpen it may still be given input
 */
public record SavedSession(
    String id,
    long exec,
    List<String> argv,
    boolean tty,
    boolean stdinOpen,
    StreamReplay stdout,
    StreamReplay stderr) {
  public SavedSession {
    Check.name("session id", id, FormatLimits.NAME_CHARS_MAX);
    Check.u32("exec", exec);
    argv = Check.list("argv", argv, 1, FormatLimits.SESSION_ARGUMENTS_MAX);
    int bytes = 0;
    for (String argument : argv) {
      Check.text("argv", argument, FormatLimits.SESSION_ARGUMENT_BYTES_MAX);
      bytes += argument.getBytes(StandardCharsets.UTF_8).length;
      Check.range("argv bytes", bytes, 0, FormatLimits.SESSION_ARGUMENT_BYTES_MAX);
    }
  }
}

package dev.spore.cli;

import dev.spore.vmm.HostKvm;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code spore attach}. */
final class AttachCommand implements Command {
  private final RunOptions options = new RunOptions();
  private @Nullable String session;

  @Override
  public OptionTable options() {
    OptionTable table =
        new OptionTable()
            .value(
                "--session",
                "ID",
                "which one, if several were running; spore inspect lists them",
                v -> session = v);
    return options.attach(table);
  }

  @Override
  public String summary() {
    return """
    Usage: spore attach DIR [FLAGS]

    Restores a machine that was saved while its command ran and goes on with that command: shows
    the last output it wrote, then what it writes, and passes its exit status through. DIR is not
    changed and can be attached to again, from where it was saved.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore run --save s --save-on USR2 ./long.sh    then, elsewhere: kill -USR2 PID
      spore attach s
      spore attach --session run-1f3a9c04 s          one of several
      spore attach -i s                              with this terminal's input

    A command that had a terminal has one here; -i gives it this one's keys.
    """;
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline)
      throws InterruptedException {
    String name = Commands.oneWord("attach DIR", words, exact);
    HostKvm.prepare();
    Path directory = HostFiles.path("attach", name);
    RunRequest request =
        AttachRequests.of(options, directory, session, Installation.current().cache());
    return new RunSession(request, new MachineLauncher(), host, timeline).run();
  }
}

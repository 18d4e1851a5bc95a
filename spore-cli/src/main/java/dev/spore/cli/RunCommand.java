package dev.spore.cli;

import dev.spore.vmm.HostKvm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code spore run}. */
final class RunCommand implements Command {
  private final RunOptions options = new RunOptions();

  @Override
  public OptionTable options() {
    return options.table();
  }

  @Override
  public String summary() {
    return """
    Usage: spore run [FLAGS] CMD
           spore run [FLAGS] -- ARGV...

    Boots a machine, runs one command in it and passes its output and exit status through.
    CMD is one string for the guest's /bin/sh -lc; after -- come exact arguments.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore run 'ls / | wc -l'                 a shell line
      spore run -- /bin/echo '$HOME'           exact arguments, no shell
      head -c 9m /dev/zero | spore run -i sha256sum
      spore run -it -- /bin/sh                 a shell on this terminal
      spore run --timeout 10s 'sleep 60'       killed after 10 s, exit 130
      spore run --env CI=1 --user 1000:1000 --workdir /tmp 'id; env; pwd'

    Saving while it runs:
      spore run --save s --save-on USR2 ./long.sh   kill -USR2 saves it in s and ends the run
      ... --continue-after-save                     it goes on here too

    SIZE is a number and kb, mb, gb or tb (binary; a bare number counts MiB). DURATION is a
    number and ms, s, m or h. Ctrl-C goes to the command; a second one ends the machine.
    """;
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline)
      throws InterruptedException {
    HostKvm.prepare();
    Installation installation = Installation.current();
    Long launched = installation.launchedMicros();
    if (launched != null) {
      timeline.mark(Timeline.Mark.LAUNCHED, launched);
    }
    RunRequest request =
        RunRequests.of(
            options, words, exact, installation, System.getenv(), HostMemory.totalBytes());
    return new RunSession(request, new MachineLauncher(), host, timeline).run();
  }
}

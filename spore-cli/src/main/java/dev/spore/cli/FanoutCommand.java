package dev.spore.cli;

import dev.spore.vmm.HostKvm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code spore fanout}. */
final class FanoutCommand implements Command {
  private final FanoutOptions options = new FanoutOptions();

  @Override
  public OptionTable options() {
    return options.table();
  }

  @Override
  public String summary() {
    return """
    Usage: spore fanout DIR --count N [FLAGS] [CMD]
           spore fanout CHILDREN [FLAGS] [CMD]
           spore fanout ... [FLAGS] -- ARGV...

    Runs one command in many machines side by side: N copies of the saved machine in DIR, or the
    children that spore checkpoint fork has made in CHILDREN. They share the memory they have not
    written. Each line of output begins with the number of its machine. Without a command, each goes
    on with the one that was running when the machine was saved.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore fanout base.spore --count 20 --for 1m '. /run/spore/env; ./shard $SPORE_FORK_INDEX'
      spore checkpoint fork base.spore --count 20 --out children
      spore fanout children --json -- /bin/hostname

    In each guest /run/spore/env has SPORE_FORK_INDEX, SPORE_FORK_COUNT and SPORE_FORK_BATCH_ID. A
    line on standard error tells of each machine's end; one that fails does not stop the others.
    Ctrl-C ends all. Exit status: 0 if every command ended with 0, else that of the first machine,
    in order of their numbers, that did not; 130 for one that --for ended.
    """;
  }

  @Override
  public int execute(
      List<String> words, @Nullable List<String> exact, HostStreams host, Timeline timeline)
      throws InterruptedException {
    FanoutPlan plan = FanoutPlan.of(options, words, exact, Installation.current(), System.getenv());
    HostKvm.prepare();
    String remark = plan.remark();
    if (remark != null && plan.command().mode() == OutputMode.PASS_THROUGH) {
      host.say("spore: " + remark);
    }
    return new FanoutSession(plan, new MachineLauncher(), host).run();
  }
}

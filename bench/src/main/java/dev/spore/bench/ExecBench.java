package dev.spore.bench;

import dev.spore.vmm.agent.ExecSession;
import dev.spore.vmm.agent.ExecSpec;
import java.io.IOException;
import java.io.PrintStream;

/** Round trip of the smallest command in a machine that is up. */
final class ExecBench {
  static final double LIMIT_SECONDS = 0.7;

  private static final int RUNS = 10;
  private static final double NANOS = 1e9;
  private static final String ROUND_TRIP = "exec of /bin/true, warm";

  private ExecBench() {}

  static void run(WarmMachine machine, Bars bars, PrintStream out)
      throws IOException, InterruptedException {
    machine.output("/bin/true");
    Figures figures = new Figures();
    for (int i = 0; i < RUNS; i++) {
      long sent = System.nanoTime();
      ExecSession session = machine.exec(ExecSpec.of("/bin/true"));
      session.await();
      figures.add(ROUND_TRIP, (System.nanoTime() - sent) / NANOS);
      WarmMachine.finish(session, "/bin/true");
    }
    new Table("exec round trip")
        .row(
            ROUND_TRIP,
            "s",
            figures.of(ROUND_TRIP),
            "AgentClient in this process, specification sent to exit status received: vsock, fork,"
                + " exec and exit of busybox in the guest")
        .print(out);
    bars.atMost(ROUND_TRIP, figures.median(ROUND_TRIP), LIMIT_SECONDS, "s");
  }
}

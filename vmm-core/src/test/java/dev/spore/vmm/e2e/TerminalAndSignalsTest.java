package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.agent.ExecResult;
import dev.spore.vmm.agent.ExecSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Commands with a terminal in the guest, and signals from the host. */
@RequiresGuest
@ExtendWith(SharedGuests.class)
final class TerminalAndSignalsTest {
  private static final int SIGINT = 2;
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;

  private final Guest guest;

  TerminalAndSignalsTest(@SharedGuests.Of(SharedGuests.Shape.SMALL) Guest guest) {
    this.guest = guest;
  }

  @Test
  void theTerminalHasTheSizeGivenAndTakesANewOne() throws Exception {
    Running shell =
        guest.start(
            ExecSpec.of(
                    "/bin/sh",
                    "-c",
                    "tty; stty size; trap 'stty size' WINCH; echo ready; read x; echo got $x")
                .withTty(33, 101)
                .withStdin());
    shell.awaitOutput("ready\r\n");

    shell.session().resize(50, 120);
    shell.awaitOutput("50 120\r\n");
    Ran ran = shell.type("a line\n").await();

    assertThat(ran.out()).startsWith("/dev/pts/").contains("33 101\r\n");
    assertThat(ran.stderr()).isEmpty();
    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(0));
  }

  @Test
  void theTerminalsInterruptKeyReachesTheCommand() throws Exception {
    Running cat = guest.start(ExecSpec.of("/bin/cat").withTty(24, 80).withStdin());

    Ran ran = cat.type("\u0003").await();

    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Signaled(SIGINT));
  }

  @Test
  void theTerminalsEndKeyIsTheEndOfInput() throws Exception {
    Running cat = guest.start(ExecSpec.of("/bin/cat").withTty(24, 80).withStdin());

    Ran ran = cat.type("word\n").type("\u0004").await();

    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(0));
    assertThat(ran.out()).contains("word\r\n");
  }

  @Test
  void aSignalReachesTheCommandsHandler() throws Exception {
    Running shell =
        guest.start(
            ExecSpec.of(
                "/bin/sh",
                "-c",
                "trap 'echo caught; exit 42' TERM; echo ready; while :; do sleep 1; done"));
    shell.awaitOutput("ready\n");

    shell.session().signal(SIGTERM);
    Ran ran = shell.await();

    assertThat(ran.out()).isEqualTo("ready\ncaught\n");
    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(42));
  }

  @Test
  void aSignalReachesTheWholeGroupOfProcesses() throws Exception {
    Running shell = guest.start(ExecSpec.of("/bin/sh", "-c", "sleep 10000 & echo $!; wait"));
    String child = shell.awaitOutput("\n").strip();

    shell.session().signal(SIGKILL);
    Ran ran = shell.await();

    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Signaled(SIGKILL));
    // The sleeping child held the output open: its end is what let await return.
    assertThat(guest.sh("grep -s ^State: /proc/" + child + "/status").out()).isEmpty();
  }
}

package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.agent.ExecResult;
import dev.spore.vmm.agent.ExecSession;
import dev.spore.vmm.agent.ExecSpec;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What commands in the guest read and write, one or many at a time. */
@RequiresGuest
@ExtendWith(SharedGuests.class)
final class ExecStreamsTest {
  private static final int SIGPIPE = 13;

  private final Guest guest;

  ExecStreamsTest(@SharedGuests.Of(SharedGuests.Shape.SMALL) Guest guest) {
    this.guest = guest;
  }

  @AfterEach
  void nothingIsLeftRunning() throws Exception {
    assertThat(guest.run("/bin/busybox", "ps", "-o", "args").out())
        .contains("/init")
        .doesNotContain("/bin/cat", "busybox yes", "busybox head", "/bin/sh");
  }

  @Test
  void bytesOfBothStreamsArriveUnchangedAndApart() throws Exception {
    byte[] every = new byte[1024];
    for (int i = 0; i < every.length; i++) {
      every[i] = (byte) i;
    }

    Ran ran =
        guest.run(
            ExecSpec.of(
                "/bin/sh",
                "-c",
                "cat > /tmp/every; cat /tmp/every; cat /tmp/every >&2; echo end >&2"),
            every);

    assertThat(ran.stdout()).isEqualTo(every);
    assertThat(ran.stderr()).hasSize(every.length + 4).startsWith(every);
    assertThat(ran.err()).endsWith("end\n");
  }

  @Test
  void aCommandThatWasGivenNoInputReadsItsEnd() throws Exception {
    Ran ran = guest.run("/bin/cat");

    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(0));
    assertThat(ran.stdout()).isEmpty();
  }

  @Test
  void tenMegabytesThroughCatStayWhatTheyWere() throws Exception {
    byte[] input = new byte[10_000_000];
    new Random(42).nextBytes(input);

    Ran ran = guest.run(ExecSpec.of("/bin/cat"), input);

    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(0));
    assertThat(ran.stdout()).hasSize(input.length);
    assertThat(sha256(ran.stdout())).isEqualTo(sha256(input));
  }

  @Test
  void aCommandMayStopReadingEarly() throws Exception {
    byte[] input = new byte[3_000_000];
    new Random(1).nextBytes(input);

    Ran ran = guest.run(ExecSpec.of("/bin/busybox", "head", "-c", "5"), input);

    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(0));
    assertThat(ran.stdout()).containsExactly(input[0], input[1], input[2], input[3], input[4]);
  }

  @Test
  void writingToACommandThatHasEndedIsAnError() throws Exception {
    Running running = guest.start(ExecSpec.of("/bin/true").withStdin());
    running.await();

    assertThatThrownBy(() -> running.session().stdin().write(new byte[1 << 20]))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aCommandWhoseReaderLeavesIsToldBySigpipe() throws Exception {
    ExecSession session = guest.agent().exec(ExecSpec.of("/bin/busybox", "yes"));
    try (InputStream stdout = session.stdout()) {
      assertThat(stdout.readNBytes(4)).asString().isEqualTo("y\ny\n");
    }

    ExecResult result = session.onExit().get(Patience.COMMAND.toMillis(), TimeUnit.MILLISECONDS);

    // busybox's yes reports the failed write itself when the signal is not fatal to it.
    assertThat(result.outcome()).isEqualTo(new ExecResult.Signaled(SIGPIPE));
  }

  @Test
  void aCommandWhoseOutputNobodyReadsHoldsUpNoOther() throws Exception {
    ExecSession silent = guest.agent().exec(ExecSpec.of("/bin/busybox", "yes"));

    assertThat(guest.run("/bin/echo", "through").out()).isEqualTo("through\n");

    silent.signal(9);
    assertThat(silent.onExit().get(Patience.COMMAND.toMillis(), TimeUnit.MILLISECONDS).outcome())
        .isEqualTo(new ExecResult.Signaled(9));
    silent.stdout().close();
    silent.stderr().close();
  }

  @Test
  void sixtyFourCommandsAtOnceEachAnswerForThemselves() throws Exception {
    List<Running> all = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      all.add(guest.start(ExecSpec.of("/bin/cat").withStdin()));
    }
    // Each waits for its input, so all of them live before the first one may end.
    for (int i = 0; i < all.size(); i++) {
      all.get(i).type("I am " + i + "\n").awaitOutput("I am " + i + "\n");
    }
    for (int i = all.size() - 1; i >= 0; i--) {
      Ran ran = all.get(i).endInput().await();

      assertThat(ran.out()).isEqualTo("I am " + i + "\n");
      assertThat(ran.err()).isEmpty();
      assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(0));
    }
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}

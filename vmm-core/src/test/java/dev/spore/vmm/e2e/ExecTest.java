package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.agent.ExecResult;
import dev.spore.vmm.agent.ExecSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a command in the guest is started with, and how its end is told. */
@RequiresGuest
@ExtendWith(SharedGuests.class)
final class ExecTest {
  private final Guest guest;

  ExecTest(@SharedGuests.Of(SharedGuests.Shape.SMALL) Guest guest) {
    this.guest = guest;
  }

  @AfterEach
  void theMachineStillRuns() {
    assertThat(guest.machine().exit()).isNotDone();
  }

  @Test
  void theExitStatusOfACommandComesBack() throws Exception {
    for (int status : List.of(0, 7, 255)) {
      assertThat(guest.sh("exit " + status).result().outcome())
          .isEqualTo(new ExecResult.Exited(status));
    }
  }

  @Test
  void aDeathBySignalIsToldFromAnExit() throws Exception {
    Ran killed = guest.sh("kill -KILL $$");

    assertThat(killed.result().outcome()).isEqualTo(new ExecResult.Signaled(9));
    assertThat(killed.status()).isEqualTo(137);
    assertThat(guest.sh("exit 137").result().outcome()).isEqualTo(new ExecResult.Exited(137));
  }

  @Test
  void argumentsArriveAsTheyWereGiven() throws Exception {
    List<String> given =
        List.of(
            "",
            "two words",
            "'\"\\`$HOME`",
            "new\nline",
            "--",
            "-c",
            "grüße \u2603",
            "*",
            "\u0001\t");
    List<String> argv =
        new ArrayList<>(List.of("/bin/sh", "-c", "cat /proc/$$/cmdline; :", "name"));
    argv.addAll(given);

    Ran ran = guest.run(ExecSpec.of(argv.toArray(String[]::new)));

    assertThat(ran.out()).isEqualTo(String.join("\0", argv) + "\0");
  }

  @Test
  void theEnvironmentIsTheOneGivenAndWhatAProgramCannotDoWithout() throws Exception {
    ExecSpec spec = ExecSpec.of("/bin/cat", "/proc/self/environ");

    Ran given = guest.run(spec.withEnv(List.of("A=1", "EMPTY=", "LINES=a\nb = c")));
    Ran overriding = guest.run(spec.withEnv(List.of("PATH=/mine", "HOME=/tmp")));

    assertThat(given.out().split("\0", 0))
        .containsExactlyInAnyOrder(
            "A=1",
            "EMPTY=",
            "LINES=a\nb = c",
            "HOME=/root",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    assertThat(overriding.out().split("\0", 0))
        .containsExactlyInAnyOrder("PATH=/mine", "HOME=/tmp");
  }

  @Test
  void theWorkingDirectoryIsEntered() throws Exception {
    assertThat(guest.run(ExecSpec.of("pwd").withCwd("/proc/sys")).out()).isEqualTo("/proc/sys\n");
  }

  @Test
  void theUserIsBecomeWithNothingOfRootLeft() throws Exception {
    String identity = "grep -E '^(Uid|Gid|Groups|CapEff|CapPrm)' /proc/self/status";
    ExecSpec spec = ExecSpec.of("/bin/sh", "-c", identity + "; cat /proc/1/environ");

    Ran byNumber = guest.run(spec.withUser("1234:99"));
    Ran byName = guest.run(spec.withUser("nobody"));

    assertThat(byNumber.out().lines().map(line -> line.replaceAll("\\s+", " ").strip()))
        .containsExactly(
            "Uid: 1234 1234 1234 1234",
            "Gid: 99 99 99 99",
            "Groups: 99",
            "CapPrm: 0000000000000000",
            "CapEff: 0000000000000000");
    assertThat(byNumber.err()).contains("Permission denied");
    assertThat(byName.out()).contains("Uid:\t65534\t65534\t65534\t65534");
    assertThat(byName.err()).contains("Permission denied");
  }

  @Test
  void aCommandInheritsNothingOfTheAgents() throws Exception {
    Ran signals = guest.sh("grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f 2");
    Ran descriptors = guest.run("/bin/ls", "/proc/self/fd");

    assertThat(signals.out()).isEqualTo("0000000000000000\n0000000000000000\n");
    // 3 is the directory that ls reads.
    assertThat(descriptors.out()).isEqualTo("0\n1\n2\n3\n");
  }

  @Test
  void whatCannotBeStartedIsNamedAndToldFromAFailure() throws Exception {
    record Case(ExecSpec spec, ExecResult.StartFailure kind, int status, String message) {}
    List<Case> cases =
        List.of(
            new Case(ExecSpec.of("/no/such"), ExecResult.StartFailure.NOT_FOUND, 127, "/no/such"),
            new Case(ExecSpec.of("no-such"), ExecResult.StartFailure.NOT_FOUND, 127, "no-such"),
            new Case(
                ExecSpec.of("/etc/passwd"),
                ExecResult.StartFailure.NOT_EXECUTABLE,
                126,
                "/etc/passwd"),
            new Case(ExecSpec.of("/tmp"), ExecResult.StartFailure.NOT_EXECUTABLE, 126, "/tmp"),
            new Case(
                ExecSpec.of("/bin/true").withCwd("/no/dir"),
                ExecResult.StartFailure.BAD_CWD,
                126,
                "/no/dir"),
            new Case(
                ExecSpec.of("/bin/true").withUser("martian"),
                ExecResult.StartFailure.BAD_USER,
                126,
                "martian"));
    for (Case bad : cases) {
      Ran ran = guest.run(bad.spec());

      assertThat(ran.status()).isEqualTo(bad.status());
      assertThat(ran.result().outcome())
          .isInstanceOfSatisfying(
              ExecResult.NotStarted.class,
              outcome -> {
                assertThat(outcome.kind()).isEqualTo(bad.kind());
                assertThat(outcome.message()).contains(bad.message());
              });
      assertThat(ran.stdout()).isEmpty();
      assertThat(ran.stderr()).isEmpty();
    }
  }

  @Test
  void nearlyAMebibyteOfArgumentsAndEnvironmentArrivesUnchanged() throws Exception {
    // Linux takes at most 128 KiB for one of them, so there are several.
    List<String> argv =
        new ArrayList<>(List.of("/bin/sh", "-c", "cat /proc/$$/cmdline /proc/$$/environ; :", "sh"));
    List<String> env = new ArrayList<>(List.of("PATH=/bin", "HOME=/"));
    for (int i = 0; i < 5; i++) {
      argv.add(Integer.toString(i).repeat(100_000));
      env.add("V" + i + "=" + Character.toString('a' + i).repeat(100_000));
    }

    Ran ran = guest.run(ExecSpec.of(argv.toArray(String[]::new)).withEnv(env));

    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(0));
    assertThat(ran.out()).hasSizeGreaterThan(1_000_000);
    assertThat(ran.out().equals(String.join("\0", argv) + "\0" + String.join("\0", env) + "\0"))
        .as("arguments and environment are equal")
        .isTrue();
  }
}

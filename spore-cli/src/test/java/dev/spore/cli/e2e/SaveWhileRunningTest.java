package dev.spore.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.manifest.SavedSession;
import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.snapshot.Spore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Machines saved by a signal while their command runs. */
@RequiresGuest
final class SaveWhileRunningTest {
  private static final String LATER = "echo ready; sleep 5; echo done; exit 5";

  /** Goes on for some seconds; its nonce is in no file and no environment. */
  private static final String COUNTING =
      "read n < /proc/sys/kernel/random/uuid; echo ready $n; sleep 1; echo oops >&2;"
          + " for i in 1 2 3; do sleep 1; echo $i $n; done; exit 9";

  @TempDir Path dir;

  @Test
  void aSignalSavesTheMachineAndEndsTheRun() throws Exception {
    Path saved = dir.resolve("saved.spore");
    SporeProcess run =
        SporeProcess.start(dir, "run", "--save", saved.toString(), "--save-on", "USR2", COUNTING);
    run.awaitStdout("ready");
    run.signal("USR2");
    SporeProcess.Ended ended = run.await();
    assertThat(ended.status()).as(ended.stderr()).isZero();
    assertThat(ended.stdout()).startsWith("ready ");
    assertThat(ended.stderr()).contains("spore: saved in " + saved);

    assertAttached(saved);

    List<SavedSession> sessions = Spore.open(saved).manifest().sessions();
    assertThat(sessions)
        .singleElement()
        .satisfies(session -> {
          assertThat(session.argv()).containsExactly("/bin/sh", "-lc", COUNTING);
          assertThat(session.stdout().bytesTotal()).isEqualTo("ready \n".length() + 36);
          assertThat(session.tty()).isFalse();
        });
  }

  /** Twice, for the spore is not changed: the same process goes on from the same place. */
  private void assertAttached(Path saved) throws Exception {
    String nonce = Files.readString(dir.resolve("stdout")).strip().substring("ready ".length());
    String whole = "ready %1$s\n1 %1$s\n2 %1$s\n3 %1$s\n".formatted(nonce);
    for (String mode : List.of("eager", "lazy")) {
      SporeProcess.Ended attached =
          SporeProcess.start(dir, "attach", saved.toString(), "--restore", mode).await();
      assertThat(attached).isEqualTo(new SporeProcess.Ended(9, whole, "oops\n"));
    }
    SporeProcess.Ended json = SporeProcess.start(dir, "attach", "--json", saved.toString()).await();
    JsonNode result = new ObjectMapper().readTree(json.stdout());
    assertThat(result.get("schema").asString()).isEqualTo("spore.attach.result.v1");
    assertThat(result.get("stdout").asString()).isEqualTo(whole);
    assertThat(result.get("exit_code").asInt()).isEqualTo(9);
    assertThat(result.get("session").asString()).startsWith("run-");
  }

  @Test
  void aSporeWithoutASessionIsRefusedBeforeAnythingRuns() throws Exception {
    Path saved = dir.resolve("ended.spore");
    assertThat(SporeProcess.start(dir, "run", "--save", saved.toString(), "true").await().status())
        .isZero();
    SporeProcess.Ended refused = SporeProcess.start(dir, "attach", saved.toString()).await();
    assertThat(refused.status()).isEqualTo(22);
    assertThat(refused.stderr()).contains("no command was running", "spore run --from " + saved);
  }

  @Test
  void inputThatWasOpenIsGivenToWhoeverAttachesWithIt() throws Exception {
    Path saved = dir.resolve("input.spore");
    Path typed = Files.writeString(dir.resolve("typed"), "hello\n");
    assertThat(new ProcessBuilder("mkfifo", dir.resolve("silent").toString()).start().waitFor())
        .isZero();
    // Nothing comes from there, and no end either.
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "exec \"$@\" <> " + dir.resolve("silent"), "sh"));
    command.addAll(
        SporeProcess.commandLine(
            "run",
            "-i",
            "--save",
            saved.toString(),
            "--save-on",
            "INT",
            "echo ready; read x; echo got $x; read y || echo end; exit 6"));
    SporeProcess run = SporeProcess.start(dir, command);
    run.awaitStdout("ready");
    run.signal("INT");
    assertThat(run.await().status()).isZero();
    SporeProcess.Ended attached =
        SporeProcess.start(dir, typed, dir.resolve("stdout"), "attach", "-i", saved.toString())
            .await();
    assertThat(attached).isEqualTo(new SporeProcess.Ended(6, "ready\ngot hello\nend\n", ""));
  }

  @Test
  void aTerminalIsTakenOver() throws Exception {
    Path saved = dir.resolve("tty.spore");
    SporeProcess run =
        SporeProcess.start(
            dir,
            "run",
            "-t",
            "--save",
            saved.toString(),
            "--save-on",
            "HUP",
            "test -t 1 && echo ready; sleep 4; stty size; exit 3");
    run.awaitStdout("ready");
    run.signal("HUP");
    assertThat(run.await().status()).isZero();
    assertThat(SporeProcess.start(dir, "attach", "--json", saved.toString()).await().status())
        .isEqualTo(2);
    assertThat(SporeProcess.start(dir, "attach", "-i", saved.toString()).await().stderr())
        .contains("leave -i out");
    SporeProcess.Ended attached = SporeProcess.start(dir, "attach", saved.toString()).await();
    assertThat(attached).isEqualTo(new SporeProcess.Ended(3, "ready\r\n24 80\r\n", ""));
  }

  @Test
  void theCommandGoesOnAndItsStatusPasses() throws Exception {
    Path saved = dir.resolve("saved.spore");
    SporeProcess run =
        SporeProcess.start(
            dir,
            "run",
            "--save",
            saved.toString(),
            "--save-on",
            "TERM",
            "--continue-after-save",
            LATER);
    run.awaitStdout("ready");
    run.signal("TERM");
    SporeProcess.Ended ended = run.await();
    assertThat(ended)
        .isEqualTo(
            new SporeProcess.Ended(
                5, "ready\ndone\n", "spore: saved in " + saved + "; the command goes on\n"));
    assertThat(Spore.open(saved).manifest().sessions()).hasSize(1);
  }

  @Test
  void aSaveThatFailsLetsTheCommandGoOnAndIsTheStatus() throws Exception {
    Path taken = dir.resolve("taken");
    SporeProcess run =
        SporeProcess.start(dir, "run", "--save", taken.toString(), "--save-on", "USR1", LATER);
    run.awaitStdout("ready");
    Files.createDirectory(taken);
    run.signal("USR1");
    SporeProcess.Ended ended = run.await();
    assertThat(ended.stdout()).isEqualTo("ready\ndone\n");
    assertThat(ended.stderr().lines())
        .singleElement()
        .asString()
        .contains(taken.toString(), "the command goes on, SIGUSR1 tries again");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(taken).isEmptyDirectory();
  }
}

package dev.spore.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.manifest.SavedSession;
import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.snapshot.Spore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines saved by a signal while their command runs. */
@RequiresGuest
final class SaveWhileRunningTest {
  private static final String LATER = "echo ready; sleep 5; echo done; exit 5";

  @TempDir Path dir;

  @Test
  void aSignalSavesTheMachineAndEndsTheRun() throws Exception {
    Path saved = dir.resolve("saved.spore");
    SporeProcess run =
        SporeProcess.start(
            dir, "run", "--save", saved.toString(), "--save-on", "USR2", "echo ready; sleep 1000");
    run.awaitStdout("ready");
    run.signal("USR2");
    SporeProcess.Ended ended = run.await();
    assertThat(ended.status()).as(ended.stderr()).isZero();
    assertThat(ended.stdout()).isEqualTo("ready\n");
    assertThat(ended.stderr()).contains("spore: saved in " + saved);

    List<SavedSession> sessions = Spore.open(saved).manifest().sessions();
    assertThat(sessions)
        .singleElement()
        .satisfies(session -> {
          assertThat(session.argv()).containsExactly("/bin/sh", "-lc", "echo ready; sleep 1000");
          assertThat(session.stdout().bytesTotal()).isEqualTo(6);
          assertThat(session.tty()).isFalse();
        });
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

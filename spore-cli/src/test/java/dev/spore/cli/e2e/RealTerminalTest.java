package dev.spore.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code spore run -it} on a terminal of this machine, which {@code script} makes. */
@RequiresGuest
final class RealTerminalTest {
  /** Tells the size of its terminal at the start and at each change; ends after a change. */
  private static final String GUEST =
      "trap 'stty size; exit 4' WINCH; stty size; echo ready; while :; do sleep 1; done";

  @TempDir Path dir;

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void aNewSizeOfTheTerminalReachesTheCommand() throws Exception {
    Path name = dir.resolve("tty");
    Path command = dir.resolve("command");
    StringBuilder line = new StringBuilder("tty > " + name + "; stty rows 33 cols 77; exec");
    for (String word : SporeProcess.commandLine("run", "-it", GUEST)) {
      line.append(" '").append(word.replace("'", "'\\''")).append('\'');
    }
    Files.writeString(command, line.append('\n').toString());
    run("mkfifo", dir.resolve("keys").toString());
    // Its standard input stays open, or it would end the terminal.
    String script = "exec script -qefc \"$0\" /dev/null <> " + dir.resolve("keys");
    SporeProcess run = SporeProcess.start(dir, List.of("sh", "-c", script, "sh " + command));
    run.awaitStdout("ready");
    run("stty", "-F", Files.readString(name).strip(), "rows", "41", "cols", "101");
    SporeProcess.Ended ended = run.await();
    assertThat(ended.stdout()).contains("33 77", "41 101");
    assertThat(ended.status()).isEqualTo(4);
  }
}

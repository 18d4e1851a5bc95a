package dev.spore.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code spore run} from its command line to its exit status. */
@RequiresGuest
@Execution(ExecutionMode.CONCURRENT)
final class RunOnMachineTest {
  private static final String LOOP = "; echo ready; while :; do sleep 1; done";

  @TempDir Path dir;

  private SporeProcess.Ended spore(String... args) throws Exception {
    return SporeProcess.start(dir, args).await();
  }

  @Test
  void outputErrorsStatusAndConsoleEachGoTheirWay() throws Exception {
    Path console = dir.resolve("console");

    SporeProcess.Ended ended =
        spore(
            "run",
            "--console-log",
            console.toString(),
            "echo out; echo err >&2; echo seen > /dev/console; exit 7");

    assertThat(ended).isEqualTo(new SporeProcess.Ended(7, "out\n", "err\n"));
    assertThat(Files.readString(console, StandardCharsets.ISO_8859_1)).contains("seen");
  }

  @Test
  void theFlagsReachTheGuestAndTheResultIsOneObject() throws Exception {
    SporeProcess.Ended ended =
        spore(
            "run",
            "--json",
            "--vcpus",
            "2",
            "--memory",
            "96mb",
            "--env",
            "A=b c",
            "--workdir",
            "/proc",
            "--user",
            "nobody",
            "echo \"$A\"; pwd; id -un; nproc; kill -TERM $$");

    assertThat(ended.stderr()).isEmpty();
    JsonNode result = new ObjectMapper().readTree(ended.stdout());
    assertThat(result.get("stdout").asString()).isEqualTo("b c\n/proc\nnobody\n2\n");
    assertThat(result.get("exit_code").asInt()).isEqualTo(143);
    assertThat(result.get("signal").asInt()).isEqualTo(15);
    assertThat(ended.status()).isEqualTo(143);
  }

  @Test
  void fiveMegabytesOfInputAreReadWhole() throws Exception {
    byte[] input = new byte[5_000_000];
    new Random(5).nextBytes(input);
    Path file = Files.write(dir.resolve("input"), input);

    SporeProcess.Ended ended =
        SporeProcess.start(dir, file, dir.resolve("stdout"), "run", "-i", "--", "/bin/sha256sum")
            .await();

    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(input));
    assertThat(ended).isEqualTo(new SporeProcess.Ended(0, digest + "  -\n", ""));
  }

  @Test
  void anInterruptReachesTheCommandWhichMayAnswerIt() throws Exception {
    SporeProcess spore = SporeProcess.start(dir, "run", "trap 'echo caught; exit 3' INT" + LOOP);
    spore.awaitStdout("ready\n");

    spore.signal("INT");

    assertThat(spore.await()).isEqualTo(new SporeProcess.Ended(3, "ready\ncaught\n", ""));
  }

  @Test
  void aSecondInterruptEndsTheMachine() throws Exception {
    SporeProcess spore = SporeProcess.start(dir, "run", "trap 'echo caught' INT" + LOOP);
    spore.awaitStdout("ready\n");

    spore.signal("INT");
    spore.awaitStdout("caught\n");
    spore.signal("INT");

    SporeProcess.Ended ended = spore.await();
    assertThat(ended.status()).isEqualTo(130);
    assertThat(ended.stderr()).isEqualTo("spore: canceled by SIGINT\n");
  }

  @Test
  void anInterruptDuringTheBootEndsIt() throws Exception {
    Path console = dir.resolve("console");
    SporeProcess spore =
        SporeProcess.start(dir, "run", "--console-log", console.toString(), "echo never");
    while (!Files.exists(console)) {
      TimeUnit.MILLISECONDS.sleep(20);
    }

    spore.signal("INT");

    assertThat(spore.await())
        .isEqualTo(new SporeProcess.Ended(130, "", "spore: canceled by SIGINT\n"));
  }

  @Test
  void aCommandThatTakesTooLongIsKilled() throws Exception {
    SporeProcess.Ended ended = spore("run", "--timeout", "2s", "exec sleep 100000");

    assertThat(ended.status()).isEqualTo(130);
    assertThat(ended.stderr()).contains("did not end within 2s").hasLineCount(1);
  }

  @Test
  void aTerminalThatVanishesEndsTheRun() throws Exception {
    // script(1) owns the terminal; killing it is what closing a terminal's window does.
    String command = String.join("' '", SporeProcess.commandLine("run", "-it", "--", "/bin/cat"));
    Process script =
        new ProcessBuilder("script", "-qfc", "'" + command + "'", "/dev/null")
            .redirectErrorStream(true)
            .start();
    try (OutputStream keys = script.getOutputStream()) {
      awaitEcho(script, keys);
      ProcessHandle spore =
          script
              .descendants()
              .filter(p -> p.info().command().orElse("").endsWith("/java"))
              .findFirst()
              .orElseThrow();

      script.destroyForcibly();

      spore.onExit().get(SporeProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } finally {
      script.descendants().forEach(ProcessHandle::destroyForcibly);
      script.destroyForcibly();
    }
  }

  /** Types until the command in the guest answers, which takes as long as the boot does. */
  private static void awaitEcho(Process script, OutputStream keys) throws Exception {
    StringBuilder seen = new StringBuilder();
    byte[] buffer = new byte[4096];
    keys.write("marker\n".getBytes(StandardCharsets.UTF_8));
    keys.flush();
    // Once from the terminal's echo, once more from cat.
    while (seen.toString().split("marker", -1).length < 3) {
      int n = script.getInputStream().read(buffer);
      assertThat(n).as("the terminal said: %s", seen).isPositive();
      seen.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
    }
  }

  @Test
  void aFullDiskUnderStandardOutputEndsTheRun() throws Exception {
    SporeProcess.Ended ended =
        SporeProcess.start(
                dir, Path.of("/dev/null"), Path.of("/dev/full"), "run", "--", "/bin/echo", "hello")
            .await();

    assertThat(ended.status()).isEqualTo(74);
    assertThat(ended.stderr()).contains("cannot write standard output").hasLineCount(1);
  }

  @Test
  void aFullDiskUnderTheConsoleLogEndsTheRun() throws Exception {
    SporeProcess.Ended ended =
        spore("run", "--console-log", "/dev/full", "echo said > /dev/console; exec sleep 100000");

    assertThat(ended.status()).isEqualTo(74);
    assertThat(ended.stderr()).contains("cannot write --console-log /dev/full").hasLineCount(1);
  }

  @Test
  void aRootImageThatIsBrokenBehindItsFirstBlockIsNamed() throws Exception {
    byte[] image = new byte[1 << 20];
    new Random(9).nextBytes(image);
    // Its superblock magic alone is right.
    image[1080] = 0x53;
    image[1081] = (byte) 0xef;
    Path file = Files.write(dir.resolve("broken.ext4"), image);

    SporeProcess.Ended ended = spore("run", "--rootfs", file.toString(), "--", "/bin/true");

    assertThat(ended.status()).isEqualTo(22);
    assertThat(ended.stderr()).contains("broken.ext4").contains("ext4");
    assertThat(Files.readAllBytes(file)).isEqualTo(image);
  }

  @Test
  void aGuestThatEndsUnderTheCommandIsReported() throws Exception {
    SporeProcess.Ended ended = spore("run", "echo last words > /dev/console; reboot -f");

    assertThat(ended.stdout()).isEmpty();
    assertThat(ended.status()).as(ended.stderr()).isEqualTo(1);
    assertThat(ended.stderr())
        .contains("the guest ended while the command ran: the guest reset itself")
        .contains("last words");
  }
}

package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.ExecResult.Exited;
import dev.spore.vmm.agent.ExecResult.NotStarted;
import dev.spore.vmm.agent.ExecResult.Signaled;
import dev.spore.vmm.agent.ExecResult.StartFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process sees and what the host gets from it, through the agent's real engine. */
@Timeout(60)
final class AgentExecTest {
  private static final int SIGINT = 2;
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;

  private static HostAgent agent;
  private static AgentClient client;

  @BeforeAll
  static void connect() throws Exception {
    agent = HostAgent.start();
    client = agent.connect();
  }

  @AfterAll
  static void disconnect() throws Exception {
    client.close();
    agent.close();
  }

  private static ExecSpec sh(String script) {
    return ExecSpec.of("/bin/sh", "-c", script);
  }

  private static String text(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String stdoutOf(ExecSpec spec) throws Exception {
    ExecSession session = client.exec(spec);
    String out = text(session.stdout());
    assertThat(session.await().outcome()).isEqualTo(new Exited(0));
    return out;
  }

  private static NotStarted failureOf(ExecSpec spec) throws Exception {
    ExecSession session = client.exec(spec);
    ExecResult result = session.await();
    assertThat(session.stdout().read()).isEqualTo(-1);
    assertThat(session.stderr().read()).isEqualTo(-1);
    assertThat(result.outcome()).isInstanceOf(NotStarted.class);
    return (NotStarted) result.outcome();
  }

  @Test
  void echoArrivesUnchanged() throws Exception {
    assertThat(stdoutOf(ExecSpec.of("echo", "héllo", ""))).isEqualTo("héllo \n");
  }

  @Test
  void stdoutAndStderrStaySeparate() throws Exception {
    ExecSession session = client.exec(sh("echo out; echo err >&2"));
    assertThat(text(session.stdout())).isEqualTo("out\n");
    assertThat(text(session.stderr())).isEqualTo("err\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 126, 127, 255})
  void exitCodesPassThrough(int code) throws Exception {
    ExecResult result = client.exec(sh("exit " + code)).await();
    assertThat(result.outcome()).isEqualTo(new Exited(code));
    assertThat(result.exitStatus()).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(ints = {SIGINT, SIGKILL, SIGTERM})
  void signalsReachTheWholeProcessGroup(int signal) throws Exception {
    ExecSession session = client.exec(sh("sleep 1000 & echo ready; wait; sleep 1000"));
    assertThat(session.stdout().read()).isEqualTo('r');
    session.signal(signal);
    ExecResult result = session.await();
    assertThat(result.outcome()).isEqualTo(new Signaled(signal));
    assertThat(result.exitStatus()).isEqualTo(128 + signal);
  }

  @Test
  void noSignalIsBlockedOrIgnoredInAProcess() throws Exception {
    String script = "sed -n 's/^Sig\\(Blk\\|Ign\\):.//p' /proc/self/status";
    List<String> masks = stdoutOf(sh(script)).lines().toList();
    assertThat(masks).hasSize(2);
    for (String mask : masks) {
      // Signals 32 and 33 belong to the C library of the machine this test runs on.
      assertThat(Long.parseLong(mask, 16) & 0x7fff_ffff).isZero();
    }
  }

  @Test
  void aProcessHasNoDescriptorsButItsThree() throws Exception {
    assertThat(stdoutOf(sh("ls /proc/$$/fd")).split("\n")).containsExactly("0", "1", "2");
  }

  @Test
  void withoutStdinAProcessReadsTheEnd() throws Exception {
    assertThat(stdoutOf(ExecSpec.of("cat"))).isEmpty();
    ExecSession session = client.exec(ExecSpec.of("true"));
    assertThatThrownBy(() -> session.stdin().write(1)).isInstanceOf(IOException.class);
  }

  @Test
  void tenMegabytesPassThroughCatUnchanged() throws Exception {
    byte[] data = new byte[10_000_000];
    new Random(1).nextBytes(data);
    ExecSession session = client.exec(ExecSpec.of("cat").withStdin());
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try (OutputStream stdin = session.stdin()) {
                stdin.write(data);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    assertThat(Arrays.equals(session.stdout().readAllBytes(), data)).isTrue();
    writer.join();
    assertThat(session.await().exitStatus()).isZero();
  }

  @Test
  void sixtyFourProcessesRunAtOnce() throws Exception {
    List<ExecSession> sessions = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      sessions.add(client.exec(ExecSpec.of("cat").withStdin()));
    }
    for (int i = 0; i < 64; i++) {
      try (OutputStream stdin = sessions.get(i).stdin()) {
        stdin.write(("process " + i).getBytes(StandardCharsets.UTF_8));
      }
    }
    for (int i = 0; i < 64; i++) {
      assertThat(text(sessions.get(i).stdout())).isEqualTo("process " + i);
      assertThat(sessions.get(i).await().exitStatus()).isZero();
    }
  }

  @Test
  void manyThreadsMayStartProcessesAtOnce() throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> outputs = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        String word = "w" + i;
        outputs.add(executor.submit(() -> stdoutOf(ExecSpec.of("echo", word))));
      }
      for (int i = 0; i < 64; i++) {
        assertThat(outputs.get(i).get()).isEqualTo("w" + i + "\n");
      }
    }
  }

  @Test
  void oneMoreThanTheGuestServesIsRefusedAndTheRestGoOn() throws Exception {
    List<ExecSession> sessions = new ArrayList<>();
    for (int i = 0; i < AgentLimits.EXECS_MAX; i++) {
      sessions.add(client.exec(ExecSpec.of("cat").withStdin()));
    }
    NotStarted failure = failureOf(ExecSpec.of("true"));
    assertThat(failure.kind()).isEqualTo(StartFailure.NO_RESOURCES);
    for (ExecSession session : sessions) {
      session.stdin().close();
      assertThat(session.await().exitStatus()).isZero();
      assertThat(session.stdout().read()).isEqualTo(-1);
      assertThat(session.stderr().read()).isEqualTo(-1);
    }
    assertThat(stdoutOf(ExecSpec.of("echo", "again"))).isEqualTo("again\n");
  }

  @Test
  void aMebibyteOfArgumentsArrivesWhole() throws Exception {
    List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", "echo $# ${#1} ${#8}", "sh"));
    int used = argv.stream().mapToInt(s -> s.length() + 1).sum();
    for (int left = AgentLimits.ARGS_BYTES_MAX - used; left > 0; ) {
      int length = Math.min(left, 131_071);
      argv.add("x".repeat(length - 1));
      left -= length;
    }
    ExecSpec spec = new ExecSpec(argv, List.of(), "/", "", false, 0, 0, false);
    assertThat(stdoutOf(spec)).isEqualTo("8 131070 131044\n");
  }

  @Test
  void environmentDirectoryAndDefaultsReachTheProcess() throws Exception {
    assertThat(stdoutOf(sh("echo $A; pwd").withEnv(List.of("A=b c")).withCwd("/usr")))
        .isEqualTo("b c\n/usr\n");
    String plain = stdoutOf(ExecSpec.of("env"));
    assertThat(plain).contains("PATH=/usr/local/sbin:").contains("HOME=").doesNotContain("TERM=");
    assertThat(stdoutOf(ExecSpec.of("/usr/bin/env").withEnv(List.of("PATH=/x", "HOME=/y"))))
        .isEqualTo("PATH=/x\nHOME=/y\n");
  }

  @Test
  void whatDoesNotExistIsNotFound() throws Exception {
    for (String program : List.of("no-such-program", "/no/such/program", "", "/etc/passwd/x")) {
      ExecResult result = client.exec(ExecSpec.of(program)).await();
      assertThat(result.exitStatus()).isEqualTo(127);
      assertThat(result.outcome()).isInstanceOf(NotStarted.class);
    }
    assertThat(failureOf(ExecSpec.of("no-such-program")).message())
        .isEqualTo("cannot execute 'no-such-program': No such file or directory");
  }

  @Test
  void whatCannotBeExecutedIsNotExecutable(@TempDir Path directory) throws Exception {
    Path noFormat = Files.writeString(directory.resolve("no-format"), "echo no\n");
    assertThat(noFormat.toFile().setExecutable(true)).isTrue();
    for (String program : List.of("/etc/passwd", "/tmp", noFormat.toString())) {
      NotStarted failure = failureOf(ExecSpec.of(program));
      assertThat(failure.kind()).isEqualTo(StartFailure.NOT_EXECUTABLE);
      assertThat(failure.errno()).isPositive();
    }
    assertThat(client.exec(ExecSpec.of("/tmp")).await().exitStatus()).isEqualTo(126);
  }

  @Test
  void aMissingInterpreterIsNamedAsSuch(@TempDir Path directory) throws Exception {
    Path script = Files.writeString(directory.resolve("script"), "#!/no/interpreter\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    assertThat(failureOf(ExecSpec.of(script.toString())).message()).contains("interpreter");
  }

  @Test
  void aBadDirectoryOrUserIsNamed() throws Exception {
    NotStarted cwd = failureOf(ExecSpec.of("true").withCwd("/no/such"));
    assertThat(cwd.kind()).isEqualTo(StartFailure.BAD_CWD);
    assertThat(cwd.message()).contains("'/no/such'");
    NotStarted user = failureOf(ExecSpec.of("true").withUser("no-such-user"));
    assertThat(user.kind()).isEqualTo(StartFailure.BAD_USER);
    assertThat(user.message()).contains("no user 'no-such-user'");
    NotStarted group = failureOf(ExecSpec.of("true").withUser("0:no-such-group"));
    assertThat(group.message()).contains("no group 'no-such-group'");
  }

  @Test
  void aStreamTheProcessClosesEndsWhileItLives() throws Exception {
    for (int i = 0; i < 10; i++) {
      ExecSession session = client.exec(sh("echo x; exec >&-; exec sleep 1000"));
      assertThat(text(session.stdout())).isEqualTo("x\n");
      assertThat(session.onExit()).isNotDone();
      session.signal(SIGKILL);
      session.await();
    }
  }

  @Test
  void stdinClosedByTheProcessStopsTheWriterOnly() throws Exception {
    ExecSession session = client.exec(sh("exec <&-; echo closed; sleep 1000").withStdin());
    assertThat(session.stdout().read()).isEqualTo('c');
    assertThatThrownBy(
            () -> {
              byte[] block = new byte[65_536];
              while (true) {
                session.stdin().write(block);
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed its stdin");
    session.signal(SIGKILL);
    assertThat(session.await().outcome()).isEqualTo(new Signaled(SIGKILL));
  }

  @Test
  void stdinOfAnEndedProcessFailsInsteadOfBlocking() throws Exception {
    ExecSession session = client.exec(ExecSpec.of("true").withStdin());
    assertThat(session.await().exitStatus()).isZero();
    assertThatThrownBy(() -> session.stdin().write(new byte[1_000_000]))
        .isInstanceOf(IOException.class);
    session.stdin().close();
  }

  @Test
  void aReaderThatStallsStopsOnlyItsOwnProcess() throws Exception {
    ExecSession stalled = client.exec(ExecSpec.of("yes"));
    ExecSession other = client.exec(sh("yes | head -c 3000000"));
    assertThat(other.stdout().readAllBytes()).hasSize(3_000_000);
    assertThat(other.await().exitStatus()).isZero();
    assertThat(stalled.onExit()).isNotDone();
    assertThat(stalled.stdout().available()).isLessThanOrEqualTo(AgentLimits.OUTPUT_WINDOW_BYTES);
    stalled.stdout().close();
    assertThat(stalled.await().outcome()).isEqualTo(new Signaled(13));
  }

  @Test
  void aProcessThatDoesNotReadStopsOnlyItsOwnWriter() throws Exception {
    ExecSession deaf = client.exec(ExecSpec.of("sleep", "1000").withStdin());
    Thread writer =
        Thread.ofVirtual()
            .start(() ->
                assertThatThrownBy(() -> deaf.stdin().write(new byte[10_000_000]))
                    .isInstanceOf(IOException.class));
    assertThat(stdoutOf(ExecSpec.of("echo", "alive"))).isEqualTo("alive\n");
    deaf.signal(SIGKILL);
    writer.join();
  }

  @Test
  void outputLeftInThePipeIsDeliveredAfterTheExit() throws Exception {
    ExecSession session = client.exec(sh("head -c 300000 /dev/zero; exit 3"));
    byte[] out = session.stdout().readAllBytes();
    assertThat(out).hasSize(300_000);
    assertThat(session.await().exitStatus()).isEqualTo(3);
  }

  @Test
  void aBackgroundProcessDoesNotHoldTheStreamsOpen() throws Exception {
    ExecSession session = client.exec(sh("sleep 1000 & echo $!"));
    String pid = text(session.stdout()).strip();
    assertThat(session.stderr().read()).isEqualTo(-1);
    assertThat(session.await().exitStatus()).isZero();
    assertThat(stdoutOf(ExecSpec.of("kill", pid))).isEmpty();
  }

  @Test
  void timingsAreInOrder() throws Exception {
    ExecTimings timings = client.exec(ExecSpec.of("true")).await().timings();
    AgentInfo.Phases phases = client.info().phases();
    assertThat(
            List.of(
                phases.initNanos(),
                phases.listeningNanos(),
                phases.mountedNanos(),
                phases.rootfsNanos(),
                phases.readyNanos(),
                timings.receivedNanos(),
                timings.spawnedNanos(),
                timings.exitedNanos()))
        .isSorted();
    assertThat(timings.rssBytesMax()).isPositive();
  }

  @Test
  void hostSideUsageErrorsNeverReachTheGuest() {
    assertThatThrownBy(() -> ExecSpec.of("a\0b")).isInstanceOf(SporeException.class);
    assertThatThrownBy(() -> ExecSpec.of()).hasMessageContaining("empty");
    assertThatThrownBy(() -> ExecSpec.of("true").withCwd("relative"))
        .hasMessageContaining("'relative'");
    assertThatThrownBy(() -> ExecSpec.of("true").withEnv(List.of("=x")))
        .hasMessageContaining("NAME=value");
    assertThatThrownBy(() -> ExecSpec.of("x".repeat(AgentLimits.ARGS_BYTES_MAX)))
        .isInstanceOfSatisfying(
            SporeException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE_INVALID_ARGUMENT));
    assertThatThrownBy(() -> ExecSpec.of("true").withUser("u".repeat(600)))
        .hasMessageContaining("512");
    assertThatThrownBy(() -> ExecSpec.of("true").withTty(-1, 80)).hasMessageContaining("range");
  }
}

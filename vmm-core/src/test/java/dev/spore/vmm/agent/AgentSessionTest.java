package dev.spore.vmm.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.ExecResult.NotStarted;
import dev.spore.vmm.agent.ExecResult.StartFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that outlive their connection, and those that must not. */
@Timeout(60)
final class AgentSessionTest {
  private static HostAgent agent;

  @TempDir Path dir;

  @BeforeAll
  static void start() throws Exception {
    agent = HostAgent.start();
  }

  @AfterAll
  static void stop() throws Exception {
    agent.close();
  }

  private static ExecSpec sh(String line) {
    return ExecSpec.of("/bin/sh", "-c", line);
  }

  private static String until(Path file) {
    return "until [ -e " + file + " ]; do sleep 0.02; done; ";
  }

  @Test
  void aSessionIsFoundAgainWithItsOutputAndGoesOn() throws Exception {
    Path go = dir.resolve("go");
    try (AgentClient client = connected()) {
      ExecSession first =
          client.exec(
              sh(
                  "echo one; echo err >&2; until [ -e "
                      + go
                      + " ]; do sleep 0.02; done; echo two; exit 3"),
              "a-1");
      assertThat(line(first.stdout())).isEqualTo("one");
      assertThat(first.awaitAttached()).isEqualTo(new ExecSession.ReplayStart(0, 0));
    }
    try (AgentClient client = connected()) {
      ExecSession again = client.attach("a-1");
      assertThat(again.awaitAttached()).isEqualTo(new ExecSession.ReplayStart(0, 0));
      assertThat(line(again.stdout())).isEqualTo("one");
      Files.createFile(go);
      assertThat(text(again.stdout())).isEqualTo("two\n");
      assertThat(text(again.stderr())).isEqualTo("err\n");
      assertThat(again.await().exitStatus()).isEqualTo(3);
      assertThat(notFound(client, "a-1")).contains("there is no session 'a-1'");
    }
  }

  @Test
  void whatEndsUnattachedTellsItsStatusAndItsLastOutputLater() throws Exception {
    Path go = dir.resolve("go");
    Path done = dir.resolve("done");
    String flood = "head -c 100000 /dev/zero | tr '\\0' x; echo; echo end; : > " + done;
    try (AgentClient client = connected()) {
      client.exec(sh(until(go) + flood + "; kill -TERM $$"), "ends");
      awaitTaken(client);
    }
    Files.createFile(go);
    awaitFile(done);
    try (AgentClient client = connected()) {
      ExecSession again = client.attach("ends");
      String output = text(again.stdout());
      assertThat(output).hasSizeLessThanOrEqualTo(100_005).endsWith("x\nend\n");
      assertThat(again.awaitAttached().stdoutBytes() + output.length()).isEqualTo(100_005);
      assertThat(again.await().exitStatus()).isEqualTo(128 + 15);
      assertThat(notFound(client, "ends")).isNotEmpty();
    }
  }

  @Test
  void aFloodNobodyReadsIsBoundedAndTheAgentServesOn() throws Exception {
    try (AgentClient client = connected()) {
      assertThat(client.exec(ExecSpec.of("yes"), "flood").stdout().read()).isEqualTo('y');
    }
    try (AgentClient client = connected()) {
      assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
    }
    try (AgentClient client = connected()) {
      ExecSession again = client.attach("flood");
      assertThat(again.awaitAttached().stdoutBytes()).isPositive();
      assertThat(again.stdout().readNBytes(500_000)).hasSize(500_000);
      again.signal(9);
      again.stdout().close();
      assertThat(again.await().exitStatus()).isEqualTo(137);
    }
  }

  @Test
  void stdinStaysOpenAcrossConnections() throws Exception {
    byte[] much = new byte[300_000];
    try (AgentClient client = connected()) {
      ExecSession session = client.exec(sh("cat | wc -c").withStdin(), "in");
      session.stdin().write(much);
      awaitTaken(client);
    }
    try (AgentClient client = connected()) {
      ExecSession again = client.attach("in");
      again.stdin().write(much);
      again.stdin().close();
      assertThat(text(again.stdout()).strip()).isEqualTo("600000");
      assertThat(again.await().exitStatus()).isZero();
    }
  }

  @Test
  void aClosedStdinStaysClosed() throws Exception {
    Path go = dir.resolve("go");
    try (AgentClient client = connected()) {
      ExecSession session = client.exec(sh("cat; " + until(go) + "exit 0").withStdin(), "eof");
      session.stdin().write("x\n".getBytes(UTF_8));
      session.stdin().close();
      assertThat(line(session.stdout())).isEqualTo("x");
      awaitTaken(client);
    }
    try (AgentClient client = connected()) {
      ExecSession again = client.attach("eof");
      again.awaitAttached();
      assertThatThrownBy(() -> again.stdin().write(1)).isInstanceOf(IOException.class);
      Files.createFile(go);
      assertThat(again.await().exitStatus()).isZero();
    }
  }

  @Test
  void aTerminalIsTakenOverWithItsStream() throws Exception {
    ExecSpec shell = sh("echo ready; read line; echo \"got $line\"").withTty(24, 80).withStdin();
    try (AgentClient client = connected()) {
      assertThat(line(client.exec(shell, "tty").stdout())).startsWith("ready");
    }
    try (AgentClient client = connected()) {
      ExecSession again = client.attach("tty");
      again.stdin().write("hello\n".getBytes(UTF_8));
      assertThat(text(again.stdout())).contains("ready").contains("got hello");
      assertThat(again.stderr().read()).isEqualTo(-1);
      assertThat(again.await().exitStatus()).isZero();
    }
  }

  @Test
  void aSessionHasOneHolderAndOneName() throws Exception {
    try (AgentClient client = connected()) {
      ExecSession held = client.exec(ExecSpec.of("sleep", "1000"), "held");
      assertThat(notFound(client, "held")).contains("attached already");
      NotStarted second = notStarted(client.exec(ExecSpec.of("true"), "held"));
      assertThat(second.kind()).isEqualTo(StartFailure.NO_RESOURCES);
      assertThat(second.message()).contains("exists already");
      held.signal(9);
      assertThat(held.await().exitStatus()).isEqualTo(137);
      assertThat(held.stdout().read()).isEqualTo(-1);
      assertThat(held.stderr().read()).isEqualTo(-1);
      assertThat(client.exec(ExecSpec.of("true"), "held").await().exitStatus()).isZero();
    }
  }

  @Test
  void thereAreNoMoreSessionsThanTheLimit() throws Exception {
    try (HostAgent other = HostAgent.start();
        AgentClient client = other.connect()) {
      List<ExecSession> sessions = new ArrayList<>();
      for (int i = 0; i < AgentLimits.SESSIONS_MAX; i++) {
        sessions.add(client.exec(ExecSpec.of("sleep", "1000"), "s" + i));
      }
      assertThat(notStarted(client.exec(ExecSpec.of("true"), "more")).kind())
          .isEqualTo(StartFailure.NO_RESOURCES);
      assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
      for (ExecSession session : sessions) {
        session.signal(9);
        assertThat(session.await().exitStatus()).isEqualTo(137);
      }
    }
  }

  @Test
  void whatIsNoSessionEndsWithItsConnection() throws Exception {
    long pid;
    try (AgentClient client = connected()) {
      ExecSession session = client.exec(sh("echo $$; exec sleep 1000"));
      pid = Long.parseLong(line(session.stdout()));
    }
    while (Files.exists(Path.of("/proc/" + pid))) {
      Thread.sleep(5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b", "ü", "a\n"})
  void whatIsNoNameIsAUsageError(String name) throws Exception {
    try (AgentClient client = connected()) {
      for (Runnable call :
          new Runnable[] {
            () -> client.attach(name), () -> client.exec(ExecSpec.of("true"), name)
          }) {
        assertThatThrownBy(call::run)
            .isInstanceOfSatisfying(
                SporeException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE_INVALID_ARGUMENT));
      }
    }
  }

  /** An answer to something sent later: what was sent before has arrived. */
  private static void awaitTaken(AgentClient client) throws Exception {
    assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
  }

  private static String notFound(AgentClient client, String name) throws Exception {
    ExecSession session = client.attach(name);
    String[] message = new String[1];
    assertThatThrownBy(session::awaitAttached)
        .isInstanceOfSatisfying(
            SporeException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_NOT_FOUND);
              message[0] = String.valueOf(e.getMessage());
            });
    assertThat(notStarted(session).kind()).isEqualTo(StartFailure.NO_SESSION);
    return message[0];
  }

  private static NotStarted notStarted(ExecSession session) throws Exception {
    return (NotStarted) session.await().outcome();
  }

  private static AgentClient connected() throws Exception {
    while (true) {
      try {
        return agent.connect();
      } catch (SporeException e) {
        assertThat(e).hasMessageContaining("another connection");
        Thread.onSpinWait();
      }
    }
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  private static void awaitFile(Path file) throws InterruptedException {
    while (!Files.exists(file)) {
      Thread.sleep(5);
    }
  }
}

package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.vmm.agent.ExecResult.Exited;
import dev.spore.vmm.agent.ExecResult.Signaled;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes with a terminal. */
@Timeout(60)
final class AgentTerminalTest {
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

  private static ExecSession start(String script) {
    return client.exec(ExecSpec.of("/bin/sh", "-c", script).withTty(24, 80).withStdin());
  }

  private static BufferedReader lines(ExecSession session) {
    return new BufferedReader(new InputStreamReader(session.stdout(), StandardCharsets.UTF_8));
  }

  @Test
  void allThreeDescriptorsAreTheTerminal() throws Exception {
    ExecSession session = start("test -t 0 && test -t 1 && test -t 2 && tty && echo $TERM");
    List<String> out = lines(session).lines().toList();
    assertThat(out).hasSize(2).last().isEqualTo("xterm-256color");
    assertThat(out.getFirst()).startsWith("/dev/pts/");
    assertThat(session.stderr().read()).isEqualTo(-1);
    assertThat(session.await().outcome()).isEqualTo(new Exited(0));
  }

  @Test
  void theSizeIsSetAndChangesReachTheProcess() throws Exception {
    ExecSession session =
        start(
            "stty size; trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.01; done");
    BufferedReader out = lines(session);
    assertThat(out.readLine()).isEqualTo("24 80");
    assertThat(out.readLine()).isEqualTo("ready");
    session.resize(50, 132);
    assertThat(out.readLine()).isEqualTo("50 132");
    assertThat(session.await().exitStatus()).isZero();
  }

  @Test
  void theInterruptKeyReachesTheForeground() throws Exception {
    ExecSession session = start("echo ready; exec sleep 1000");
    assertThat(lines(session).readLine()).isEqualTo("ready");
    session.stdin().write(3);
    assertThat(session.await().outcome()).isEqualTo(new Signaled(2));
  }

  @Test
  void anInterruptSignalSparesTheShellAroundTheForeground() throws Exception {
    ExecSession session =
        start("set -m; trap '' INT; (trap - INT; echo ready; exec sleep 1000); echo after");
    BufferedReader out = lines(session);
    assertThat(out.readLine()).isEqualTo("ready");
    session.signal(2);
    assertThat(out.lines().toList()).contains("after");
    assertThat(session.await().exitStatus()).isZero();
  }

  @Test
  void theEndOfStdinIsTheEndOfFileKey() throws Exception {
    ExecSession session = start("stty -echo; echo ready; exec cat");
    BufferedReader out = lines(session);
    assertThat(out.readLine()).isEqualTo("ready");
    session.stdin().write("line\n".getBytes(StandardCharsets.UTF_8));
    session.stdin().close();
    assertThat(out.lines().toList()).containsExactly("line");
    assertThat(session.await().exitStatus()).isZero();
  }

  @Test
  void outputWrittenJustBeforeTheExitIsNotLost() throws Exception {
    for (int i = 0; i < 20; i++) {
      ExecSession session = start("seq 1 500");
      assertThat(lines(session).lines().toList()).hasSize(500).last().isEqualTo("500");
    }
  }

  @Test
  void aTerminalThatVanishesHangsTheSessionUp() throws Exception {
    ExecSession session = start("echo ready; exec sleep 1000");
    assertThat(lines(session).readLine()).isEqualTo("ready");
    session.stdout().close();
    assertThat(session.await().outcome()).isEqualTo(new Signaled(1));
  }
}

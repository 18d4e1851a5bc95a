package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.vmm.SporeException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the host knows of a machine's sessions, over several connections to its agent. */
@Timeout(60)
final class LiveSessionsTest {
  /** Waits until the agent has seen the end of the connection before. */
  private static AgentClient connect(HostAgent agent, LiveSessions live) throws Exception {
    while (true) {
      SocketChannel channel = agent.open();
      try {
        InputStream in = Channels.newInputStream(channel);
        return AgentClient.connect(in, Channels.newOutputStream(channel), channel, live);
      } catch (SporeException e) {
        assertThat(e).hasMessageContaining("another connection");
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aSessionIsListedUntilItsEndIsHeard() throws Exception {
    KnownSession.Output nothing = new KnownSession.Output(0, false);
    KnownSession earlier =
        new KnownSession("earlier", 7, List.of("sleep"), false, false, nothing, nothing);
    LiveSessions live = new LiveSessions(List.of(earlier));
    ExecSpec spec = ExecSpec.of("/bin/sh", "-c", "echo hello; read x; exit 3").withStdin();
    try (HostAgent agent = HostAgent.start()) {
      try (AgentClient client = connect(agent, live)) {
        ExecSession session = client.exec(spec, "one");
        assertThat(session.stdout().readNBytes(6)).hasSize(6);
        assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
        assertThat(client.exec(ExecSpec.of("/no/such"), "never").await().exitStatus())
            .isEqualTo(127);
      }
      assertThat(live.list()).extracting(KnownSession::name).containsExactly("earlier", "one");
      assertThat(live.list().getFirst()).isEqualTo(earlier);
      KnownSession known = live.list().getLast();
      assertThat(known.argv()).isEqualTo(spec.argv());
      assertThat(known.stdinOpen()).isTrue();
      assertThat(known.stdout()).isEqualTo(new KnownSession.Output(6, false));

      try (AgentClient client = connect(agent, live)) {
        ExecSession again = client.attach("one");
        again.awaitAttached();
        assertThat(live.list()).hasSize(2);
        again.stdin().write('\n');
        assertThat(again.await().exitStatus()).isEqualTo(3);
        assertThat(again.stdout().readAllBytes()).hasSize(6);
        assertThat(again.stderr().readAllBytes()).isEmpty();
        // Answered after the last frame of the session.
        assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
      }
      assertThat(live.list()).containsExactly(earlier);
    }
  }
}

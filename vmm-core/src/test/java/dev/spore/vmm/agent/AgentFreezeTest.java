package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.ExecResult.NotStarted;
import java.io.ByteArrayOutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Having the guest's processes stand still: by request only, undone by thaw or a new identity. */
@Timeout(60)
final class AgentFreezeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Waits until the agent has seen the end of the connection before. */
  private static AgentClient connected(HostAgent agent) throws Exception {
    while (true) {
      try {
        return agent.connect();
      } catch (SporeException e) {
        assertThat(e).hasMessageContaining("another connection");
        Thread.onSpinWait();
      }
    }
  }

  private static void runOne(AgentClient client) throws Exception {
    assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
  }

  private static void fails(ErrorCode code, String text, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(SporeException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(text);
  }

  @Test
  void processesAreHeldUntilTheyAreLetGoAndNoneStartsMeanwhile() throws Exception {
    try (HostAgent agent = HostAgent.start();
        AgentClient client = agent.connect()) {
      runOne(client);
      client.freeze(PATIENCE, PATIENCE);
      assertThat(agent.frozen()).exists();
      NotStarted refused = (NotStarted) client.exec(ExecSpec.of("true")).await().outcome();
      assertThat(refused.message()).contains("is being saved");
      client.thaw(PATIENCE);
      assertThat(agent.frozen()).doesNotExist();
      runOne(client);
    }
  }

  @Test
  void whereNoProcessEverRanNothingIsHeld() throws Exception {
    try (HostAgent agent = HostAgent.start();
        AgentClient client = agent.connect()) {
      client.freeze(PATIENCE, PATIENCE);
      assertThat(agent.frozen()).doesNotExist();
      client.thaw(PATIENCE);
      runOne(client);
    }
  }

  @Test
  void theLossOfTheConnectionLetsNobodyGoButANewIdentityDoes() throws Exception {
    try (HostAgent agent = HostAgent.start()) {
      try (AgentClient client = agent.connect()) {
        runOne(client);
        client.freeze(PATIENCE, PATIENCE);
      }
      try (AgentClient copy = connected(agent)) {
        assertThat(agent.frozen()).exists();
        copy.resume(
            new ResumeSpec(1, 2, "vm-1", "clone", "0123456789abcdef0123456789abcdef", Map.of()),
            PATIENCE);
        assertThat(agent.frozen()).doesNotExist();
        runOne(copy);
      }
    }
  }

  @Test
  void whatCannotBeHeldGoesOnAndTheReasonIsTold() throws Exception {
    try (HostAgent agent = HostAgent.start();
        AgentClient client = agent.connect()) {
      runOne(client);
      Files.createFile(agent.stuck());
      fails(
          ErrorCode.RUNTIME_EXECUTION_FAILED,
          "a process did not stop in time",
          () -> client.freeze(PATIENCE, PATIENCE));
      runOne(client);
      Files.delete(agent.stuck());
      client.freeze(PATIENCE, PATIENCE);
      client.thaw(PATIENCE);
      runOne(client);
    }
  }

  @Test
  void anAgentThatDoesNotAnswerIsToldToLetGoAndMayAnswerLate() throws Exception {
    PipedOutputStream guest = new PipedOutputStream();
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    try (PipedInputStream in = new PipedInputStream(guest, 1 << 16)) {
      guest.write(Frames.agentHello());
      AgentClient client = AgentClient.connect(in, sent, in);
      fails(
          ErrorCode.STREAM_INTERRUPTED,
          "did not answer the freeze request",
          () -> client.freeze(Duration.ZERO, Duration.ofMillis(1)));
      byte[] thaw = Frames.frame(Wire.THAW, 0, 0, 0, new byte[0]);
      assertThat(sent.toByteArray()).endsWith(thaw);

      guest.write(Frames.frame(Wire.FROZEN, 0, 0, 0, new byte[16]));
      guest.write(Frames.frame(Wire.THAWED, 0, 0, 0, new byte[16]));
      ExecSession session = client.exec(ExecSpec.of("true"));
      guest.write(Frames.started(1));
      session.signal(1);
      assertThat(client.isConnected()).isTrue();
      client.close();
    }
  }

  @Test
  void anAgentThatDoesNotLetGoIsNotTalkedToAnyMore() throws Exception {
    PipedOutputStream guest = new PipedOutputStream();
    try (PipedInputStream in = new PipedInputStream(guest, 1 << 16)) {
      guest.write(Frames.agentHello());
      AgentClient client = AgentClient.connect(in, new ByteArrayOutputStream(), in);
      client.thaw(Duration.ofMillis(1));
      assertThat(client.isConnected()).isFalse();
      fails(
          ErrorCode.STREAM_INTERRUPTED,
          "did not answer the thaw request",
          () -> client.exec(ExecSpec.of("true")));
    }
  }
}

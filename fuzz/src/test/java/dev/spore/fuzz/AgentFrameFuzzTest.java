package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.agent.AgentFrame;
import dev.spore.vmm.agent.AgentLimits;
import dev.spore.vmm.agent.AgentProtocolException;
import dev.spore.vmm.agent.ExecSession;
import dev.spore.vmm.agent.ExecSpec;
import dev.spore.vmm.agent.FrameReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.Arrays;

/** What the agent of a hostile guest sends. Input: the bytes of the connection. */
class AgentFrameFuzzTest {
  private static final int INPUT_BYTES_MAX = 1 << 17;

  /** A handshake is 64 bytes and the header; the rest may come when the execs are there. */
  private static final int HELLO_BYTES = 76;

  /** The decoder: every frame obeys its bounds, every refusal is typed. */
  @FuzzTest(maxDuration = "1m")
  void frames(byte[] data) throws IOException {
    FrameReader reader = new FrameReader(new ByteArrayInputStream(data));
    try {
      for (AgentFrame frame = reader.next(); frame != null; frame = reader.next()) {
        check(frame);
      }
    } catch (AgentProtocolException | EOFException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  private static void check(AgentFrame frame) {
    switch (frame) {
      case AgentFrame.Output output ->
          assertThat(output.data()).hasSizeLessThanOrEqualTo(AgentLimits.PAYLOAD_BYTES_MAX);
      case AgentFrame.StdinCredit credit ->
          assertThat(credit.bytes()).isBetween(1, AgentLimits.STDIN_WINDOW_BYTES);
      case AgentFrame.StartFailed failed ->
          assertThat(failed.failure().message().codePoints())
              .allMatch(c -> c == '\n' || !Character.isISOControl(c));
      case AgentFrame.Hello hello -> assertThat(hello.info().execsMax()).isPositive();
      case AgentFrame.Attached attached ->
          assertThat(attached.stdinCredit()).isBetween(0, AgentLimits.STDIN_WINDOW_BYTES);
      case AgentFrame.Started other -> assertThat(other.id()).isNotZero();
      case AgentFrame.StdinClosed other -> assertThat(other.id()).isNotZero();
      case AgentFrame.Exit other -> assertThat(other.id()).isNotZero();
      case AgentFrame.Resumed resumed ->
          assertThat(resumed.problems().codePoints())
              .allMatch(c -> c == '\n' || !Character.isISOControl(c));
      case AgentFrame.Frozen frozen ->
          assertThat(frozen.problems().codePoints())
              .allMatch(c -> c == '\n' || !Character.isISOControl(c));
      case AgentFrame.Thawed thawed -> assertThat(thawed.thawedNanos()).isNotNegative();
      case AgentFrame.ClockRead read ->
          assertThat(Math.min(read.receivedNanos(), read.doneNanos())).isNotNegative();
      case AgentFrame.PoweringOff off -> assertThat(off).isNotNull();
      case AgentFrame.Refused refused -> assertThat(refused.code()).isNotNegative();
    }
  }

  /** The client around it: whatever comes, it ends, and nobody waits for ever. */
  @FuzzTest(maxDuration = "1m")
  void connection(byte[] data) throws Exception {
    if (data.length < HELLO_BYTES || data.length > INPUT_BYTES_MAX) {
      return;
    }
    PipedOutputStream guest = new PipedOutputStream();
    PipedInputStream in = new PipedInputStream(guest, INPUT_BYTES_MAX);
    guest.write(data, 0, HELLO_BYTES);
    AgentClient client;
    try {
      if ((data[0] & 0xff) != HELLO_BYTES - 12) {
        return;
      }
      client = AgentClient.connect(in, OutputStream.nullOutputStream(), in);
    } catch (SporeException e) {
      return;
    }
    ExecSession session = client.exec(ExecSpec.of("true").withStdin());
    guest.write(Arrays.copyOfRange(data, HELLO_BYTES, data.length));
    guest.close();
    try {
      session.stdout().transferTo(OutputStream.nullOutputStream());
      session.stderr().transferTo(OutputStream.nullOutputStream());
      session.await();
    } catch (SporeException e) {
      assertThat(e).hasMessageStartingWith("the connection to the guest agent");
    }
  }
}

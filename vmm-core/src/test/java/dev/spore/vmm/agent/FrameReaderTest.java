package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.agent.ExecResult.NotStarted;
import dev.spore.vmm.agent.ExecResult.Signaled;
import dev.spore.vmm.agent.ExecResult.StartFailure;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames from an agent that is right, wrong, or cut short. */
final class FrameReaderTest {
  private static @Nullable AgentFrame read(byte[] bytes) throws IOException {
    return new FrameReader(new ByteArrayInputStream(bytes)).next();
  }

  private static byte[] of(int type, int stream, int flags, int id, int length) {
    return Frames.frame(type, stream, flags, id, new byte[length]);
  }

  @Test
  void anEndBetweenFramesIsNoError() throws Exception {
    assertThat(read(new byte[0])).isNull();
  }

  @Test
  void framesAreReadAsTheyWereMeant() throws Exception {
    assertThat(read(Frames.agentHello())).isInstanceOf(AgentFrame.Hello.class);
    assertThat(read(Frames.started(7))).isEqualTo(new AgentFrame.Started(7, 0, 0, 0));
    assertThat(read(Frames.attached(7, Wire.ATTACHED_TTY, 5)))
        .isEqualTo(
            new AgentFrame.Attached(new AgentFrame.Started(7, 0, 0, 0), true, false, 5, 0, 0));
    assertThat(read(Frames.exited(7, 1, 9)))
        .isEqualTo(new AgentFrame.Exit(7, new Signaled(9), 0, 0, 0, 0));
    assertThat(read(Frames.frame(Wire.STDIN_CREDIT, 0, 0, -1, Frames.u32(5))))
        .isEqualTo(new AgentFrame.StdinCredit(-1, 5));
    assertThat(read(Frames.frame(Wire.OUTPUT, Wire.STDERR, 1, 7, new byte[0])))
        .isInstanceOfSatisfying(
            AgentFrame.Output.class,
            output -> assertThat(output.stderr() && output.last()).isTrue());
  }

  @Test
  void guestTextCannotSteerATerminal() throws Exception {
    byte[] text = "\u001b[2Jnot \u0007found\u009b1m\nx".getBytes(StandardCharsets.UTF_8);
    byte[] payload = Frames.buffer(24 + text.length).putInt(1).putInt(2).array();
    System.arraycopy(text, 0, payload, 24, text.length);
    assertThat(read(Frames.frame(Wire.START_FAILED, 0, 0, 1, payload)))
        .isEqualTo(
            new AgentFrame.StartFailed(
                1, new NotStarted(StartFailure.NOT_FOUND, 2, "?[2Jnot ?found?1m\nx"), 0, 0));
  }

  static List<byte[]> broken() {
    byte[] badVersion = Frames.agentHello();
    badVersion[Wire.HEADER_BYTES + 4] = 9;
    byte[] badRoot = Frames.agentHello();
    badRoot[Wire.HEADER_BYTES + 6] = 4;
    byte[] badTime = Frames.agentHello();
    badTime[Wire.HEADER_BYTES + 23] = (byte) 0x80;
    byte[] badText = Frames.agentHello();
    badText[Wire.HEADER_BYTES + 56] = 3;
    return List.of(
        badVersion,
        badRoot,
        badTime,
        badText,
        of(Wire.AGENT_HELLO, 0, 0, 0, 64),
        of(Wire.AGENT_HELLO, 0, 0, 0, 63),
        of(0, 0, 0, 1, 0),
        of(Wire.STDIN, 0, 0, 1, 1),
        of(0x89, 0, 0, 1, 1),
        Frames.header(0xffffffff, Wire.OUTPUT, 1, 0, 1),
        Frames.header(AgentLimits.PAYLOAD_BYTES_MAX + 1, Wire.OUTPUT, 1, 0, 1),
        of(Wire.OUTPUT, 0, 0, 1, 1),
        of(Wire.OUTPUT, 3, 0, 1, 1),
        of(Wire.OUTPUT, 0xff, 0, 1, 1),
        of(Wire.OUTPUT, 1, 2, 1, 1),
        of(Wire.OUTPUT, 1, 0, 0, 1),
        of(Wire.OUTPUT, 1, 0, 1, 0),
        of(Wire.STARTED, 0, 0, 0, 20),
        of(Wire.STARTED, 1, 0, 1, 20),
        of(Wire.STARTED, 0, 1, 1, 20),
        of(Wire.STARTED, 0, 0, 1, 21),
        of(Wire.START_FAILED, 0, 0, 1, 24),
        of(Wire.START_FAILED, 0, 0, 1, 24 + AgentLimits.TEXT_BYTES_MAX + 1),
        Frames.frame(Wire.STDIN_CREDIT, 0, 0, 1, Frames.u32(0)),
        Frames.frame(Wire.STDIN_CREDIT, 0, 0, 1, Frames.u32(-1)),
        Frames.frame(Wire.STDIN_CREDIT, 0, 0, 1, Frames.u32(AgentLimits.STDIN_WINDOW_BYTES + 1)),
        Frames.exited(1, 2, 0),
        Frames.exited(1, 0, 256),
        Frames.exited(1, 0, -1),
        Frames.exited(1, 1, 0),
        Frames.exited(1, 1, 65),
        of(Wire.POWERING_OFF, 0, 0, 1, 4),
        of(Wire.ERROR, 0, 0, 0, 1));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void whatBreaksTheRulesIsRefused(byte[] bytes) {
    assertThatThrownBy(() -> read(bytes)).isInstanceOf(AgentProtocolException.class);
  }

  @Test
  void aFrameCutAnywhereIsAnEndInsideAFrame() {
    for (byte[] whole : List.of(Frames.agentHello(), Frames.started(1), Frames.exited(1, 0, 0))) {
      for (int length = 1; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> read(cut)).isInstanceOf(EOFException.class);
      }
    }
  }

  @Test
  void aHeaderIsRefusedBeforeItsPayloadIsAwaited() {
    InputStream headerOnly =
        new ByteArrayInputStream(Frames.header(0x7fffffff, Wire.OUTPUT, 1, 0, 1)) {
          @Override
          public synchronized int available() {
            throw new AssertionError("asked for more");
          }
        };
    assertThatThrownBy(() -> new FrameReader(headerOnly).next())
        .isInstanceOf(AgentProtocolException.class)
        .hasMessageContaining("2147483647");
  }
}

package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A guest that speaks well-formed frames at the wrong time: one clear end, for everything. */
@Timeout(60)
final class HostileAgentTest {
  private static byte[] output(int stream, int bytes) {
    return Frames.frame(Wire.OUTPUT, stream, 0, 1, new byte[bytes]);
  }

  static List<byte[][]> misbehaviour() {
    byte[] started = Frames.started(1);
    byte[] last = Frames.frame(Wire.OUTPUT, 1, 1, 1, new byte[0]);
    byte[] failed = Frames.frame(Wire.START_FAILED, 0, 0, 1, failure());
    byte[] credit = Frames.frame(Wire.STDIN_CREDIT, 0, 0, 1, Frames.u32(1));
    return List.of(
        new byte[][] {Frames.started(3)},
        new byte[][] {Frames.started(-1)},
        new byte[][] {started, started},
        new byte[][] {started, failed},
        new byte[][] {failed, failed},
        new byte[][] {output(1, 1)},
        new byte[][] {Frames.exited(1, 0, 0)},
        new byte[][] {credit},
        new byte[][] {Frames.frame(Wire.STDIN_CLOSED, 0, 0, 1, new byte[0])},
        new byte[][] {started, credit},
        new byte[][] {started, last, output(1, 1)},
        new byte[][] {started, last, last},
        new byte[][] {started, Frames.exited(1, 0, 0), Frames.exited(1, 0, 0)},
        new byte[][] {
          started,
          output(2, 65_536),
          output(2, 65_536),
          output(2, 65_536),
          output(2, 65_536),
          output(2, 1)
        },
        new byte[][] {Frames.agentHello()},
        new byte[][] {Frames.attached(1, 0, 0)},
        new byte[][] {started, Frames.attached(1, 0, 0)},
        new byte[][] {Frames.frame(Wire.RESUMED, 0, 0, 0, new byte[16])},
        new byte[][] {Frames.frame(Wire.FROZEN, 0, 0, 0, new byte[16])},
        new byte[][] {Frames.frame(Wire.THAWED, 0, 0, 0, new byte[16])},
        new byte[][] {Frames.frame(Wire.THAWED, 0, 0, 0, new byte[17])},
        new byte[][] {Frames.frame(Wire.ERROR, 0, 0, 0, new byte[] {1, 0, 'n', 'o'})},
        new byte[][] {Frames.header(-1, 0xfe, 9, 9, 9)},
        new byte[][] {new byte[5]});
  }

  private static byte[] failure() {
    byte[] payload = new byte[24];
    payload[0] = 1;
    return payload;
  }

  @ParameterizedTest
  @MethodSource("misbehaviour")
  void misbehaviourEndsTheConnectionOnceAndClearly(byte[][] frames) throws Exception {
    AtomicInteger closes = new AtomicInteger();
    PipedOutputStream guest = new PipedOutputStream();
    try (PipedInputStream in = new PipedInputStream(guest, 1 << 20)) {
      guest.write(Frames.agentHello());
      AgentClient client =
          AgentClient.connect(in, OutputStream.nullOutputStream(), closes::incrementAndGet);
      client.exec(ExecSpec.of("true").withStdin());
      ExecSession bystander = client.exec(ExecSpec.of("true").withStdin());
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (byte[] frame : frames) {
        all.writeBytes(frame);
      }
      guest.write(all.toByteArray());
      guest.close();
      assertThatThrownBy(bystander::await)
          .isInstanceOfSatisfying(
              SporeException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.STREAM_INTERRUPTED))
          .hasMessageStartingWith("the connection to the guest agent failed: ");
      assertThatThrownBy(() -> bystander.stdout().read()).isInstanceOf(SporeException.class);
      assertThatThrownBy(() -> client.exec(ExecSpec.of("true"))).isInstanceOf(SporeException.class);
      assertThat(closes).hasValue(1);
    }
  }

  @Test
  void aHandshakeWithoutAnswerOrWithAWrongOneClosesTheTransport() {
    List<byte[]> answers =
        List.of(
            new byte[0],
            new byte[] {1, 2, 3},
            Frames.started(1),
            Frames.frame(Wire.POWERING_OFF, 0, 0, 0, Frames.u32(0)),
            Frames.frame(Wire.ERROR, 0, 0, 0, new byte[] {2, 0, 'v'}));
    for (byte[] answer : answers) {
      AtomicInteger closes = new AtomicInteger();
      assertThatThrownBy(() ->
              AgentClient.connect(
                  new ByteArrayInputStream(answer),
                  new ByteArrayOutputStream(),
                  closes::incrementAndGet))
          .isInstanceOf(SporeException.class);
      assertThat(closes).hasValue(1);
    }
  }

  @Test
  void aFloodOfTinyPiecesIsHeldInNoMoreThanTheWindow() throws Exception {
    OutputBuffer buffer = new OutputBuffer(AgentLimits.OUTPUT_WINDOW_BYTES);
    for (int i = 0; i < AgentLimits.OUTPUT_WINDOW_BYTES; i++) {
      assertThat(buffer.put(new byte[] {(byte) i}, false)).isTrue();
    }
    assertThat(buffer.put(new byte[1], false)).isFalse();
    byte[] all = new byte[AgentLimits.OUTPUT_WINDOW_BYTES + 1];
    assertThat(buffer.take(all, 0, all.length)).isEqualTo(AgentLimits.OUTPUT_WINDOW_BYTES);
    assertThat(all[258]).isEqualTo((byte) 2);
    assertThat(buffer.takeOwedCredit()).isEqualTo(AgentLimits.OUTPUT_WINDOW_BYTES);
    assertThat(buffer.takeOwedCredit()).isZero();
  }

  @Test
  void aGuestThatNeverReadsBlocksTheWriterUntilTheClientIsClosed() throws Exception {
    try (PipedOutputStream guest = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(guest, 1 << 16)) {
      guest.write(Frames.agentHello());
      AgentClient client = AgentClient.connect(in, OutputStream.nullOutputStream(), in);
      ExecSession session = client.exec(ExecSpec.of("cat").withStdin());
      List<Throwable> ends = new ArrayList<>();
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  session.stdin().write(new byte[AgentLimits.STDIN_WINDOW_BYTES + 1]);
                } catch (IOException | SporeException e) {
                  ends.add(e);
                }
              });
      client.close();
      writer.join();
      assertThat(ends).singleElement().isInstanceOf(SporeException.class);
    }
  }
}

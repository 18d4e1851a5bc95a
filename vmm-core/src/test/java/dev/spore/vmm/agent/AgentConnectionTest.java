package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.agent.ExecResult.NotStarted;
import dev.spore.vmm.agent.ExecResult.StartFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the agent's engine does with connections: hostile, second, lost, ended. */
@Timeout(60)
final class AgentConnectionTest {
  private static final int PROTOCOL = 1;
  private static final int VERSION = 2;
  private static final int BUSY = 3;

  private static HostAgent agent;

  @BeforeAll
  static void start() throws Exception {
    agent = HostAgent.start();
  }

  @AfterAll
  static void stop() throws Exception {
    agent.close();
  }

  private static byte[] join(byte[]... parts) {
    int length = Stream.of(parts).mapToInt(p -> p.length).sum();
    ByteBuffer all = ByteBuffer.allocate(length);
    Stream.of(parts).forEach(all::put);
    return all.array();
  }

  private static byte[] hello() {
    return Frames.frame(Wire.HELLO, 0, 0, 0, Frames.hello(Wire.MAGIC, Wire.VERSION, 0));
  }

  private static byte[] exec(int id, int flags, byte[] spec) {
    return Frames.frame(Wire.EXEC, 0, flags, id, spec);
  }

  private static byte[] ofOne(int type, int stream, int value) {
    return Frames.frame(type, stream, 0, 1, Frames.u32(value));
  }

  /** A first exec, then what follows. */
  private static byte[] afterExec(byte[]... frames) {
    byte[] spec = Frames.spec(Wire.SPEC_STDIN, 1, 0, "/", "", "cat");
    return join(hello(), exec(1, Wire.FLAG_LAST, spec), join(frames));
  }

  static List<byte[]> hostileInput() {
    byte[] spec = Frames.spec(0, 1, 0, "/", "", "true");
    return List.of(
        exec(1, 1, spec),
        Frames.frame(Wire.HELLO, 0, 0, 0, Frames.hello(0x12345678, Wire.VERSION, 0)),
        Frames.frame(Wire.HELLO, 0, 0, 0, Frames.hello(Wire.MAGIC, 1, 0)),
        Frames.frame(Wire.HELLO, 0, 0, 0, Frames.hello(Wire.MAGIC, Wire.VERSION, 1)),
        Frames.frame(Wire.HELLO, 0, 0, 7, Frames.hello(Wire.MAGIC, Wire.VERSION, 0)),
        Frames.frame(Wire.HELLO, 0, 0, 0, new byte[3]),
        join(hello(), hello()),
        join(hello(), Frames.frame(0, 0, 0, 0, new byte[0])),
        join(hello(), Frames.frame(0x42, 0, 0, 0, new byte[0])),
        join(hello(), Frames.frame(Wire.OUTPUT, 1, 0, 1, new byte[1])),
        join(hello(), Frames.header(0xffffffff, Wire.STDIN, 0, 0, 1)),
        join(hello(), Frames.header(65_537, Wire.STDIN, 0, 0, 1)),
        join(hello(), Frames.frame(Wire.EXEC, 0, 2, 1, spec)),
        join(hello(), Frames.frame(Wire.EXEC, 1, 1, 1, spec)),
        join(hello(), exec(0, 1, spec)),
        join(hello(), exec(5, 1, spec), exec(5, 1, spec)),
        join(hello(), exec(5, 1, spec), exec(4, 1, spec)),
        join(hello(), exec(1, 0, spec), exec(2, 1, spec)),
        join(hello(), exec(1, 0, spec), Frames.frame(Wire.CLOSE, 1, 0, 1, new byte[0])),
        join(hello(), exec(1, 1, Frames.spec(0, 2, 0, "/", "", "true"))),
        join(hello(), exec(1, 1, Frames.spec(0, 0, 1, "/", "", "true"))),
        join(hello(), exec(1, 1, Frames.spec(0, -1, -1, "/", "", "true"))),
        join(hello(), exec(1, 1, Frames.spec(8, 1, 0, "/", "", "true"))),
        join(hello(), exec(1, 1, new byte[15])),
        join(hello(), exec(1, 1, Frames.spec(0, 1, 0, "/" + "x".repeat(4096), "", "true"))),
        join(hello(), exec(1, 1, Frames.spec(0, 1, 0, "/", "u".repeat(512), "true"))),
        join(hello(), join(Frames.repeat(exec(1, 0, new byte[65_536]), 17))),
        join(hello(), ofOne(Wire.SIGNAL, 0, 15)),
        afterExec(ofOne(Wire.SIGNAL, 0, 0)),
        afterExec(ofOne(Wire.SIGNAL, 0, 65)),
        afterExec(ofOne(Wire.CREDIT, 1, 1)),
        afterExec(ofOne(Wire.CREDIT, 1, 0)),
        afterExec(ofOne(Wire.CREDIT, 1, -1)),
        afterExec(ofOne(Wire.CREDIT, 0, 1)),
        afterExec(Frames.frame(Wire.STDIN, 0, 0, 1, new byte[0])),
        afterExec(
            Frames.frame(Wire.STDIN, 0, 1, 1, new byte[0]),
            Frames.frame(Wire.STDIN, 0, 0, 1, new byte[1])),
        join(
            hello(),
            exec(1, 1, Frames.spec(Wire.SPEC_STDIN, 2, 0, "/", "", "sleep", "1000")),
            join(Frames.repeat(Frames.frame(Wire.STDIN, 0, 0, 1, new byte[65_536]), 4))),
        join(
            hello(),
            exec(1, 1, Frames.spec(0, 2, 0, "/", "", "sleep", "1000")),
            Frames.frame(Wire.STDIN, 0, 0, 1, new byte[1])),
        join(hello(), Frames.frame(Wire.ATTACH, 0, 0, 1, new byte[65])),
        join(hello(), Frames.frame(Wire.ATTACH, 0, 0, 1, new byte[] {'a', '/'})),
        join(hello(), Frames.frame(Wire.ATTACH, 0, 0, 0, new byte[] {'a'})),
        join(hello(), exec(5, 1, spec), Frames.frame(Wire.ATTACH, 0, 0, 5, new byte[] {'a'})),
        join(hello(), exec(1, 1, Frames.spec(Wire.SPEC_SESSION, 1, 0, "/", "", "a b", "true"))),
        join(hello(), Frames.frame(Wire.POWER_OFF, 0, 0, 0, Frames.u32(60_001))));
  }

  @ParameterizedTest
  @MethodSource("hostileInput")
  void aBrokenFrameEndsTheConnectionWithAReasonAndNothingElse(byte[] bytes) throws Exception {
    AgentFrame.Refused refused = refusalOf(bytes);
    while (refused.code() == BUSY) {
      refused = refusalOf(bytes);
    }
    assertThat(refused.code()).isIn(PROTOCOL, VERSION);
    assertThat(refused.message()).isNotEmpty();
    assertThatTheAgentServes();
  }

  private static AgentFrame.Refused refusalOf(byte[] bytes) throws Exception {
    try (SocketChannel channel = agent.open()) {
      Thread writer = Thread.ofVirtual().start(() -> Frames.writeAll(channel, bytes));
      FrameReader reader = new FrameReader(Channels.newInputStream(channel));
      AgentFrame frame = reader.next();
      while (frame != null && !(frame instanceof AgentFrame.Refused)) {
        frame = reader.next();
      }
      writer.join();
      assertThat(frame).isInstanceOf(AgentFrame.Refused.class);
      return (AgentFrame.Refused) Objects.requireNonNull(frame);
    }
  }

  @Test
  void randomBytesNeverHurtTheAgent() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 100; i++) {
      byte[] noise = new byte[random.nextInt(1, 2_000)];
      random.nextBytes(noise);
      try (SocketChannel channel = agent.open()) {
        Frames.writeAll(channel, i % 2 == 0 ? noise : join(hello(), noise));
      }
    }
    assertThatTheAgentServes();
  }

  @Test
  void anEndThatComesTogetherWithFramesIsNoticed() throws Exception {
    byte[] bytes = afterExec(Frames.frame(Wire.STDIN, 0, 0, 1, new byte[100]));
    for (int i = 0; i < 50; i++) {
      try (SocketChannel channel = agent.open()) {
        Frames.writeAll(channel, bytes);
      }
    }
    assertThatTheAgentServes();
  }

  @Test
  void framesForAnExecThatEndedAreNoError() throws Exception {
    try (AgentClient client = connected()) {
      ExecSession session = client.exec(ExecSpec.of("true"));
      session.await();
      session.signal(15);
      session.resize(1, 1);
      assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
    }
  }

  @Test
  void aSecondConnectionIsTurnedAwayAndTheFirstGoesOn() throws Exception {
    try (AgentClient client = connected()) {
      ExecSession session = client.exec(ExecSpec.of("cat").withStdin());
      assertThatThrownBy(() -> agent.connect().close())
          .isInstanceOf(SporeException.class)
          .hasMessageContaining("another connection is being served");
      session.stdin().close();
      assertThat(session.await().exitStatus()).isZero();
    }
  }

  @Test
  void aLostConnectionHangsItsProcessesUp() throws Exception {
    long pid;
    try (AgentClient client = connected()) {
      ExecSession session = client.exec(ExecSpec.of("/bin/sh", "-c", "echo $$; exec sleep 1000"));
      pid = Long.parseLong(line(session.stdout()));
    }
    awaitGone(pid);
    assertThatTheAgentServes();
  }

  @Test
  void aProcessThatIgnoresTheHangUpIsKilledWithItsSession() throws Exception {
    long pid;
    long job;
    try (AgentClient client = connected()) {
      String script =
          "set -m; trap '' HUP; sleep 1000 & echo $$; echo $!; while :; do sleep 1; done";
      ExecSession session = client.exec(ExecSpec.of("/bin/sh", "-c", script));
      pid = Long.parseLong(line(session.stdout()));
      job = Long.parseLong(line(session.stdout()));
    }
    awaitGone(pid);
    awaitGone(job);
  }

  @Test
  void orphansAreReaped() throws Exception {
    try (AgentClient client = connected()) {
      ExecSession session =
          client.exec(ExecSpec.of("/bin/sh", "-c", "(exec sleep 0.05) & echo $!"));
      awaitGone(Long.parseLong(line(session.stdout())));
    }
  }

  @Test
  void theClientsOwnCloseEndsEverythingWithOneReason() throws Exception {
    AgentClient client = connected();
    ExecSession session = client.exec(ExecSpec.of("cat").withStdin());
    client.close();
    client.close();
    for (ThrowingCall call :
        List.<ThrowingCall>of(
            session::await,
            () -> session.stdout().read(),
            () -> session.stderr().read(),
            () -> session.stdin().write(1),
            () -> client.exec(ExecSpec.of("true")))) {
      assertThatThrownBy(call::run)
          .isInstanceOfSatisfying(
              SporeException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.STREAM_INTERRUPTED));
    }
    session.signal(15);
    session.stdin().close();
    session.stdout().close();
  }

  @Test
  void anAgentThatDiesEndsEverythingWithOneReason() throws Exception {
    HostAgent victim = HostAgent.start();
    try (AgentClient client = victim.connect()) {
      ExecSession session = client.exec(ExecSpec.of("echo", "last words"));
      session.await();
      ExecSession waiting = client.exec(ExecSpec.of("sleep", "1000"));
      victim.close();
      assertThatThrownBy(waiting::await)
          .isInstanceOf(SporeException.class)
          .hasMessageContaining("connection to the guest agent");
      assertThat(line(session.stdout())).isEqualTo("last words");
    }
  }

  @Test
  void powerOffIsAnsweredBeforeTheEnd() throws Exception {
    try (HostAgent other = HostAgent.start();
        AgentClient client = other.connect()) {
      client.powerOff(Duration.ZERO, Duration.ofSeconds(10));
      assertThat(other.waitFor()).isZero();
    }
  }

  @Test
  void withoutARootNothingIsStartedAndTheReasonArrivesTwice() throws Exception {
    try (HostAgent rootless = HostAgent.start("cannot mount /dev/vda")) {
      AgentClient client = rootless.connect();
      assertThatThrownBy(() -> client.info().requireRoot())
          .isInstanceOfSatisfying(
              SporeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_INVALID))
          .hasMessage("cannot mount /dev/vda");
      ExecResult result = client.exec(ExecSpec.of("true")).await();
      assertThat(result.outcome())
          .isEqualTo(new NotStarted(StartFailure.NO_ROOTFS, 0, "cannot mount /dev/vda"));
      client.close();
    }
  }

  @Test
  void thousandConnectionsLeaveNoDescriptorBehind() throws Exception {
    assertThatTheAgentServes();
    long before = descriptors();
    for (int i = 0; i < 1_000; i++) {
      agent.open().close();
    }
    List<ExecSession> sessions = new ArrayList<>();
    try (AgentClient client = connected()) {
      for (int i = 0; i < 50; i++) {
        sessions.add(client.exec(ExecSpec.of("cat").withStdin()));
      }
      sessions.getLast().signal(9);
      sessions.getLast().await();
    }
    assertThatTheAgentServes();
    assertThat(descriptors()).isEqualTo(before);
  }

  @FunctionalInterface
  private interface ThrowingCall {
    void run() throws Exception;
  }

  /** The agent notices the end of an earlier connection a moment after this side does. */
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

  private static void assertThatTheAgentServes() throws Exception {
    try (AgentClient client = connected()) {
      assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
    }
  }

  /** Open descriptors of the agent while it serves nobody. */
  private static long descriptors() throws Exception {
    try (AgentClient client = connected();
        Stream<Path> open = Files.list(Path.of("/proc/" + agent.pid() + "/fd"))) {
      assertThat(client.info().version()).isEqualTo(Wire.VERSION);
      return open.count();
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  /** Gone, not a zombie: reaped. The test's own time limit is the bound. */
  private static void awaitGone(long pid) throws InterruptedException {
    while (Files.exists(Path.of("/proc/" + pid))) {
      Thread.sleep(5);
    }
  }
}

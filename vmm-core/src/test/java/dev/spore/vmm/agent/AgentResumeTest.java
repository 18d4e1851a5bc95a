package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Telling a restored machine who it is: what arrives, what is refused on which side. */
@Timeout(60)
final class AgentResumeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String MACHINE_ID = "0123456789abcdef0123456789abcdef";

  private static ResumeSpec spec(Map<String, String> parameters) {
    return new ResumeSpec(3, 0xdeadbeefL, "vm-1", "clone-3", MACHINE_ID, parameters);
  }

  @Test
  void theGuestLearnsEverythingAndThenServes() throws Exception {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("INDEX", "3");
    parameters.put("GREETING", "it's \"Grüße\" \\ $HOME `x`");
    try (HostAgent agent = HostAgent.start();
        AgentClient client = agent.connect()) {
      assertThat(client.resume(spec(parameters), PATIENCE)).isNotNegative();
      assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
      String text = agent.resumed();
      assertThat(text)
          .startsWith(
              "{\"generation\":3,\"seed\":\"00000000deadbeef\",\"vmId\":\"vm-1\","
                  + "\"hostname\":\"clone-3\",\"machineId\":\""
                  + MACHINE_ID
                  + "\",\"resumedUnixNanos\":")
          .contains("\"GREETING\":\"it's \\\"Grüße\\\" \\\\ $HOME `x`\"")
          .endsWith("INDEX='3'\nGREETING='it'\\''s \"Grüße\" \\ $HOME `x`'\n");
      client.resume(spec(Map.of()), PATIENCE);
      assertThat(agent.resumed()).endsWith("\"parameters\":{}}\n");
    }
  }

  @Test
  void theLargestIdentityFits() throws Exception {
    Map<String, String> parameters = new LinkedHashMap<>();
    String value = "'".repeat(AgentLimits.PARAMETER_VALUE_BYTES_MAX);
    for (int i = 0; i < AgentLimits.PARAMETERS_MAX; i++) {
      parameters.put("N".repeat(AgentLimits.PARAMETER_NAME_BYTES_MAX - 2) + (10 + i), value);
    }
    ResumeSpec largest =
        new ResumeSpec(-1, -1, "v".repeat(64), "h".repeat(64), MACHINE_ID, parameters);
    try (HostAgent agent = HostAgent.start();
        AgentClient client = agent.connect()) {
      client.resume(largest, PATIENCE);
      assertThat(agent.resumed())
          .contains("\"generation\":18446744073709551615,\"seed\":\"ffffffffffffffff\"");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', clone, " + MACHINE_ID,
    "../x, clone, " + MACHINE_ID,
    "vm, 'a b', " + MACHINE_ID,
    "vm, -clone, " + MACHINE_ID,
    "vm, clone, 00000000000000000000000000000000",
    "vm, clone, 0123456789ABCDEF0123456789ABCDEF",
    "vm, clone, 0123",
  })
  void anIdentityOutOfRangeIsAUsageError(String vmId, String hostname, String machineId) {
    assertThatThrownBy(() -> new ResumeSpec(1, 1, vmId, hostname, machineId, Map.of()))
        .isInstanceOfSatisfying(
            SporeException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE_INVALID_ARGUMENT));
  }

  static List<Map<String, String>> badParameters() {
    Map<String, String> many = new LinkedHashMap<>();
    IntStream.rangeClosed(0, AgentLimits.PARAMETERS_MAX).forEach(i -> many.put("N" + i, ""));
    return List.of(
        many,
        Map.of("", "x"),
        Map.of("1A", "x"),
        Map.of("A-B", "x"),
        Map.of("A", "line\nfeed"),
        Map.of("A", "\u0085"),
        Map.of("A", "\ud800"),
        Map.of("A".repeat(65), "x"),
        Map.of("A", "ü".repeat(481)));
  }

  @ParameterizedTest
  @MethodSource("badParameters")
  void parametersOutOfRangeAreAUsageError(Map<String, String> parameters) {
    assertThatThrownBy(() -> spec(parameters)).isInstanceOf(SporeException.class);
  }

  /** A RESUME frame that is right, as bytes. */
  private static byte[] payload() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new FrameWriter(out).resume(spec(Map.of("A", "b")), 1, new byte[32]);
    return Arrays.copyOfRange(out.toByteArray(), Wire.HEADER_BYTES, out.size());
  }

  private static byte[] changed(int offset, int... bytes) throws Exception {
    byte[] payload = payload();
    for (int i = 0; i < bytes.length; i++) {
      payload[offset + i] = (byte) bytes[i];
    }
    return payload;
  }

  static List<byte[]> hostilePayloads() throws Exception {
    byte[] right = payload();
    int parameters = right.length - 6;
    byte[] twice = Arrays.copyOf(right, right.length + 6);
    System.arraycopy(right, parameters, twice, right.length, 6);
    twice[46] = 2;
    return List.of(
        new byte[47],
        changed(0, 0),
        changed(24, new int[16]),
        changed(40, 31),
        changed(40, 0xff, 0xff),
        changed(42, 0, 0),
        changed(42, 0xff, 0xff),
        changed(44, 0, 0),
        changed(46, 0),
        changed(46, 2),
        changed(46, 0xff, 0xff),
        changed(80, ' '),
        changed(87, '/'),
        changed(parameters, 0, 0),
        changed(parameters, 2, 0),
        changed(parameters, 0xff, 0xff),
        changed(parameters + 2, 2, 0),
        changed(parameters + 4, '1'),
        changed(parameters + 5, '\n'),
        changed(parameters + 5, 0xff),
        changed(parameters + 5, 0),
        twice,
        Arrays.copyOf(right, right.length - 1),
        Arrays.copyOf(right, right.length + 1),
        Arrays.copyOf(right, 40_000));
  }

  @ParameterizedTest
  @MethodSource("hostilePayloads")
  void theAgentTakesNoIdentityThatBreaksTheRules(byte[] payload) throws Exception {
    try (HostAgent agent = HostAgent.start();
        SocketChannel channel = agent.open()) {
      byte[] hello = Frames.hello(Wire.MAGIC, Wire.VERSION, 0);
      Frames.writeAll(channel, Frames.frame(Wire.HELLO, 0, 0, 0, hello));
      Frames.writeAll(channel, Frames.frame(Wire.RESUME, 0, 0, 0, payload));
      FrameReader reader = new FrameReader(Channels.newInputStream(channel));
      assertThat(reader.next()).isInstanceOf(AgentFrame.Hello.class);
      assertThat(reader.next()).isInstanceOf(AgentFrame.Refused.class);
    }
  }

  @Test
  void aGuestThatKeepsAPartOfItsOldSelfIsAnError() throws Exception {
    byte[] text = "set the clock: Operation not permitted".getBytes(StandardCharsets.UTF_8);
    ByteBuffer payload = ByteBuffer.allocate(16 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    assertThatThrownBy(
            () -> answered(Frames.frame(Wire.RESUMED, 0, 0, 0, payload.put(16, text).array())))
        .isInstanceOfSatisfying(
            SporeException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.RUNTIME_START_FAILED))
        .hasMessageContaining("set the clock: Operation not permitted");
  }

  @Test
  void anEndInsteadOfAnAnswerIsAnInterruption() {
    assertThatThrownBy(() -> answered(new byte[0]))
        .isInstanceOfSatisfying(
            SporeException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.STREAM_INTERRUPTED));
  }

  private static void answered(byte[] answer) throws Exception {
    PipedOutputStream guest = new PipedOutputStream();
    try (PipedInputStream in = new PipedInputStream(guest, 1 << 16)) {
      guest.write(Frames.agentHello());
      OutputStream answering =
          new OutputStream() {
            private boolean greeted;

            @Override
            public void write(int value) {
              throw new AssertionError("frames are written whole");
            }

            @Override
            public void write(byte[] bytes) throws IOException {
              if (greeted) {
                guest.write(answer);
                guest.close();
              }
              greeted = true;
            }
          };
      AgentClient.connect(in, answering, in).resume(spec(Map.of()), PATIENCE);
    }
  }
}

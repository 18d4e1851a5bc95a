package dev.spore.vmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guest's wall clock is right, however late what it is told arrives. */
@Timeout(60)
final class AgentClockTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LATE = Duration.ofSeconds(2);

  /** What must hold of a copy; what comes late comes four times as late. */
  private static final long OFF_NANOS_MAX = Duration.ofMillis(500).toNanos();

  private static final Pattern RESUMED_AT = Pattern.compile("\"resumedUnixNanos\":(\\d+)");
  private static final ResumeSpec IDENTITY =
      new ResumeSpec(1, 2, "vm-1", "clone", "0123456789abcdef0123456789abcdef", Map.of());

  /** Holds back the frames of one type, as a host does that is busy with others. */
  private static final class Late extends FilterOutputStream {
    private final int type;

    Late(OutputStream out, int type) {
      super(out);
      this.type = type;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (bytes[offset + 4] == type) {
        try {
          TimeUnit.NANOSECONDS.sleep(LATE.toNanos());
        } catch (InterruptedException e) {
          throw new InterruptedIOException();
        }
      }
      out.write(bytes, offset, length);
    }
  }

  private static AgentClient connect(HostAgent agent, int late) throws Exception {
    SocketChannel channel = agent.open();
    return AgentClient.connect(
        Channels.newInputStream(channel),
        new Late(Channels.newOutputStream(channel), late),
        channel);
  }

  private static void assertBetween(long before, long clock, long after) {
    assertThat(clock).isBetween(before - OFF_NANOS_MAX, after + OFF_NANOS_MAX);
  }

  @ParameterizedTest
  @ValueSource(ints = {Wire.HELLO, Wire.RESUME, 0})
  void aCopyHasTheTimeOfItsHost(int late) throws Exception {
    try (HostAgent agent = HostAgent.start();
        AgentClient client = connect(agent, late)) {
      client.resume(IDENTITY, PATIENCE);
      Matcher found = RESUMED_AT.matcher(agent.resumed());
      assertThat(found.find()).isTrue();
      // The agent's answer has just come: what it wrote down is a moment ago.
      long now = GuestClock.wallNanos();
      assertBetween(now, Long.parseLong(found.group(1)), now);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Wire.HELLO, 0})
  void aMachineThatBootedHasTheTimeOfItsHost(int late) throws Exception {
    try (HostAgent agent = HostAgent.start();
        AgentClient client = connect(agent, late)) {
      client.setClock(PATIENCE);
      long now = GuestClock.wallNanos();
      assertBetween(now, agent.clock(), now);
      assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
    }
  }

  @Test
  void aConnectionAloneSetsNoClock() throws Exception {
    try (HostAgent agent = HostAgent.start();
        AgentClient client = agent.connect()) {
      assertThat(client.exec(ExecSpec.of("true")).await().exitStatus()).isZero();
      assertThatThrownBy(agent::clock).isInstanceOf(IOException.class);
    }
  }

  @Test
  void whoseAgentDoesNotSayItsTimeIsNotUsed() throws Exception {
    try (HostAgent agent = HostAgent.start();
        AgentClient client = connect(agent, Wire.CLOCK)) {
      assertThatThrownBy(() -> client.setClock(Duration.ZERO))
          .isInstanceOfSatisfying(
              SporeException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.STREAM_INTERRUPTED))
          .hasMessageContaining("did not answer the clock request");
    }
  }

  @Test
  void theQuickerAnswerCounts() {
    GuestClock slow = new GuestClock(1000, 50, 9000);
    GuestClock quick = new GuestClock(5000, 1050, 5200);
    assertThat(slow.or(quick)).isEqualTo(quick);
    assertThat(quick.or(slow)).isEqualTo(quick);
    assertThat(quick.bootWallNanos()).isEqualTo(4050);
    assertThat(slow.isNearEnough()).isTrue();
    assertThat(new GuestClock(0, 1, GuestClock.NEAR_ENOUGH_NANOS + 1).isNearEnough()).isFalse();
    // A host whose clock was set back meanwhile knows no less.
    assertThat(new GuestClock(GuestClock.NEAR_ENOUGH_NANOS + 1, 1, 0).isNearEnough()).isFalse();
  }
}

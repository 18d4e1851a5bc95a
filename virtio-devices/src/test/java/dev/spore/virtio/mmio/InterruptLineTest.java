package dev.spore.virtio.mmio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InterruptLineTest {
  private final FakeInterrupt wire = new FakeInterrupt();
  private final InterruptLine line = new InterruptLine(wire);

  @Test
  void acknowledgingWhatIsNotRaisedChangesNothing() {
    line.raise(InterruptLine.USED_BUFFER);
    line.acknowledge(InterruptLine.CONFIG_CHANGE);
    line.acknowledge(0);
    assertThat(line.status()).isEqualTo(InterruptLine.USED_BUFFER);
    assertThat(wire.isUp()).isTrue();
    line.acknowledge(-1);
    assertThat(line.status()).isZero();
    assertThat(wire.isUp()).isFalse();
  }

  @Test
  void raisingARaisedLineRaisesItAgain() {
    line.raise(InterruptLine.USED_BUFFER);
    line.raise(InterruptLine.USED_BUFFER);
    assertThat(wire.raises()).isEqualTo(2);
  }

  @Test
  void settingAllBitsMovesTheLineBothWays() {
    line.set(InterruptLine.CONFIG_CHANGE);
    assertThat(wire.isUp()).isTrue();
    line.set(0);
    assertThat(wire.isUp()).isFalse();
  }

  @Test
  void raisesAndAcknowledgementsThatCrossLeaveTheLineAsTheStatusSays() throws InterruptedException {
    for (int round = 0; round < 2_000; round++) {
      Thread device = Thread.ofPlatform().start(() -> line.raise(InterruptLine.USED_BUFFER));
      line.raise(InterruptLine.CONFIG_CHANGE);
      line.acknowledge(3);
      device.join();
      assertThat(wire.isUp()).isEqualTo(line.status() != 0);
      line.set(0);
    }
  }
}

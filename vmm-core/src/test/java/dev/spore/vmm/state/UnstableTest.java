package dev.spore.vmm.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class UnstableTest {
  @Test
  void countersWithinTheToleranceOfKvmAreTheSame() {
    assertThat(Unstable.sameTscKhz(2_596_136, 2_596_136)).isTrue();
    assertThat(Unstable.sameTscKhz(2_000_000, 2_000_500)).isTrue();
    assertThat(Unstable.sameTscKhz(2_000_000, 1_999_500)).isTrue();
  }

  @Test
  void countersBeyondItAreNot() {
    assertThat(Unstable.sameTscKhz(2_000_000, 2_000_501)).isFalse();
    assertThat(Unstable.sameTscKhz(2_000_000, 1_999_499)).isFalse();
    assertThat(Unstable.sameTscKhz(1, Integer.MAX_VALUE)).isFalse();
  }
}

package dev.spore.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatsTest {
  @Test
  void theMedianOfAnOddNumberOfRunsIsTheMiddleOne() {
    Stats stats = new Stats(List.of(9.0, 1.0, 2.0));

    assertThat(stats.median()).isEqualTo(2);
    assertThat(stats.min()).isEqualTo(1);
    assertThat(stats.max()).isEqualTo(9);
  }

  @Test
  void theMedianOfAnEvenNumberOfRunsLiesBetween() {
    assertThat(new Stats(List.of(4.0, 1.0, 2.0, 100.0)).median()).isEqualTo(3);
  }

  @Test
  void noRunIsNoFigure() {
    assertThatThrownBy(() -> new Stats(List.of())).isInstanceOf(IllegalArgumentException.class);
  }
}

package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.SporeException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
  @ParameterizedTest
  @CsvSource({"500ms, 500", "30s, 30000", "1m, 60000", "2h, 7200000", "8760h, 31536000000"})
  void aNumberAndAUnit(String text, long millis) {
    assertThat(Durations.parse("--timeout", text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "30", "s", "0s", "-1s", "1.5s", "1d", "30 s", "8761h", "999999999999ms"})
  void anythingElseIsRefusedByName(String text) {
    assertThatThrownBy(() -> Durations.parse("--timeout", text))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining("--timeout '" + text + "' is not a duration");
  }

  @ParameterizedTest
  @CsvSource({"500, 500ms", "90000, 90s", "1500, 1500ms"})
  void durationsAreShownAsTheyAreTyped(long millis, String text) {
    assertThat(Durations.show(Duration.ofMillis(millis))).isEqualTo(text);
  }
}

package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InstallationTest {
  private static Installation of(Map<String, String> properties, Map<String, String> env) {
    return Installation.of(properties::get, env);
  }

  @Test
  void emptyPropertiesOfTheLauncherCountAsAbsent() {
    Installation installation =
        of(Map.of("spore.kernel", "", "spore.initrd", "/i"), Map.of("HOME", "/home/u"));

    assertThat(installation.kernel()).isNull();
    assertThat(installation.initrd()).isEqualTo(Path.of("/i"));
    assertThat(installation.home()).isNull();
  }

  @Test
  void theCacheFollowsTheXdgRules() {
    assertThat(of(Map.of(), Map.of("HOME", "/h")).cache()).isEqualTo(Path.of("/h/.cache/spore"));
    assertThat(of(Map.of(), Map.of("HOME", "/h", "XDG_CACHE_HOME", "/x")).cache())
        .isEqualTo(Path.of("/x/spore"));
    assertThat(of(Map.of(), Map.of("HOME", "/h", "XDG_CACHE_HOME", "x")).cache())
        .isEqualTo(Path.of("/h/.cache/spore"));
  }

  @ParameterizedTest
  @CsvSource({"1732190000.123456, 1732190000123456", "'1732190000,000001', 1732190000000001"})
  void theLaunchTimeIsReadInEveryLocale(String text, long micros) {
    assertThat(of(Map.of("spore.launched", text), Map.of("HOME", "/h")).launchedMicros())
        .isEqualTo(micros);
  }

  @ParameterizedTest
  @CsvSource({"''", "now", "12", "1.5", "99999999999999999999.123456"})
  void aStrangeLaunchTimeIsIgnored(String text) {
    assertThat(of(Map.of("spore.launched", text), Map.of("HOME", "/h")).launchedMicros()).isNull();
  }
}

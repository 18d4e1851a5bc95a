package dev.spore.plugin.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.plugin.PolicyFileException;
import dev.spore.plugin.value.ValueText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PolicyFileTest {
  private static Decision mock(String value) {
    return PolicyFile.parse("[capabilities.\"a@1\"]\ndecision = \"mock\"\nmock = " + value)
        .on("a@1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"a\\u00e9\\n\" | String(\"a\u00e9\\n\")",
        "'a\\n' | String(\"a\\\\n\")",
        "\"\"\"~x\\~   y\"\"\"\" | String(\"xy\\\"\")",
        "0x1F | I64(31)",
        "1_000 | I64(1000)",
        "-9223372036854775808 | I64(-9223372036854775808)",
        "6.5e-1 | F64(0.65)",
        "nan | F64(NaN)",
        "-inf | F64(-inf)",
        "true | Bool(true)",
        "[1, # one~ \"a\", [2.0],] | Array([I64(1), String(\"a\"), Array([F64(2.0)])])",
      })
  void readsMocksOfEveryKind(String toml, String value) {
    assertThat(mock(toml.replace('~', '\n')))
        .isInstanceOfSatisfying(
            Decision.Mock.class,
            mock -> assertThat(ValueText.inner(mock.value())).isEqualTo(value));
  }

  @Test
  void readsTheSameTableHoweverItIsWritten() {
    Policy expected = PolicyFile.parse("[capabilities.\"a@1\"]\ndecision = \"grant\"");
    assertThat(PolicyFile.parse("capabilities.'a@1'.decision = 'grant' # yes")).isEqualTo(expected);
    assertThat(PolicyFile.parse("capabilities = {\"a@1\" = {decision = \"grant\"}}"))
        .isEqualTo(expected);
    assertThat(
            PolicyFile.parse(
                "[other]\nx = 1979-05-27 07:32:00Z\n[capabilities]\n\"a@1\".decision='grant'"))
        .isEqualTo(expected);
    assertThat(PolicyFile.parse("").on("a@1")).isEqualTo(new Decision.Deny());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1x",
        "01",
        "1__0",
        "0x",
        "9223372036854775808",
        "1.",
        "\"a",
        "\"a\nb\"",
        "\"\\q\"",
        "\"\\ud800\"",
        "[1",
        "[1 2]",
        "{a = 1, a = 2}",
        "\"x\" y",
        "",
      })
  void refusesWhatIsNoToml(String toml) {
    assertThatThrownBy(() -> mock(toml)).hasMessage("failed to parse policy TOML");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a = 1\na = 2",
        "[a]\n[a]",
        "a.b = 1\n[a]\nb = 2\n[a.b]",
        "[a]\nb.c = 1\n[a.b]\nc = 1",
        "a = {}\n[a.b]",
        "[[a]]\n[a]",
        "a = [1]\n[[a]]",
        "capabilities = 5",
        "[capabilities.x]\nmock = 1",
        "[capabilities.x]\ndecision = 1",
      })
  void refusesKeysTwiceAndOtherShapes(String toml) {
    assertThatThrownBy(() -> PolicyFile.parse(toml)).hasMessage("failed to parse policy TOML");
  }

  @Test
  void refusesDecisionsItDoesNotKnowAndMocksWithoutForm() {
    assertThatThrownBy(() -> PolicyFile.parse("[capabilities.x]\ndecision = \"Grant\""))
        .isInstanceOf(PolicyFileException.class)
        .hasMessage("unknown policy decision Grant");
    assertThatThrownBy(() -> PolicyFile.parse("[capabilities.x]\ndecision = \"mock\""))
        .hasMessage("mock decision needs mock value");
    assertThatThrownBy(() -> mock("1979-05-27")).hasMessageStartingWith("unsupported mock value");
    assertThatThrownBy(() -> mock("{}")).hasMessageStartingWith("unsupported mock value");
    assertThatThrownBy(() -> mock("[".repeat(100_000))).hasMessage("failed to parse policy TOML");
  }
}

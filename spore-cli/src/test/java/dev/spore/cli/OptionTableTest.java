package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OptionTableTest {
  private final List<String> seen = new ArrayList<>();
  private final OptionTable table =
      new OptionTable()
          .flag("--interactive", 'i', "reads", () -> seen.add("i"))
          .flag("--tty", 't', "terminal", () -> seen.add("t"))
          .flag("--json", "object", () -> seen.add("json"))
          .value("--memory", "SIZE", "RAM", v -> seen.add("memory=" + v));

  @Test
  void flagsAndWordsComeInAnyOrder() {
    List<String> words = table.parse(List.of("a", "--json", "b", "--memory", "1gb", "-i"));

    assertThat(words).containsExactly("a", "b");
    assertThat(seen).containsExactly("json", "memory=1gb", "i");
  }

  @Test
  void aValueMayFollowAnEqualsSignAndMayBeEmptyOrLookLikeAFlag() {
    table.parse(List.of("--memory=1=2", "--memory=", "--memory", "--json"));

    assertThat(seen).containsExactly("memory=1=2", "memory=", "memory=--json");
  }

  @Test
  void shortFlagsCluster() {
    table.parse(List.of("-it"));

    assertThat(seen).containsExactly("i", "t");
  }

  @Test
  void aLoneDashIsAWord() {
    assertThat(table.parse(List.of("-", ""))).containsExactly("-", "");
  }

  @Test
  void anUnknownFlagIsNamed() {
    assertThatThrownBy(() -> table.parse(List.of("--memroy=1")))
        .hasMessageStartingWith("unknown flag --memroy;");
    assertThatThrownBy(() -> table.parse(List.of("-ix")))
        .hasMessageStartingWith("unknown flag -x (in -ix);");
    assertThatThrownBy(() -> table.parse(List.of("---")))
        .hasMessageStartingWith("unknown flag ---");
  }

  @Test
  void anAbbreviatedFlagIsUnknown() {
    assertThatThrownBy(() -> table.parse(List.of("--mem", "1"))).hasMessageContaining("--mem;");
  }

  @Test
  void aMissingValueAndAValueTooManyAreNamed() {
    assertThatThrownBy(() -> table.parse(List.of("--memory")))
        .hasMessageStartingWith("--memory needs a value: --memory SIZE");
    assertThatThrownBy(() -> table.parse(List.of("--json=1")))
        .hasMessageStartingWith("--json takes no value");
  }

  @Test
  void helpShowsEveryFlagOnce() {
    assertThat(table.help().lines())
        .containsExactly(
            "  -i, --interactive         reads",
            "  -t, --tty                 terminal",
            "      --json                object",
            "      --memory SIZE         RAM");
  }
}

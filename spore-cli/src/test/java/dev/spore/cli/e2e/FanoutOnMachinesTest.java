package dev.spore.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many machines of one, side by side in one process. */
@RequiresGuest
final class FanoutOnMachinesTest {
  private static final String TELL =
      ". /run/spore/env; echo $SPORE_FORK_INDEX of $SPORE_FORK_COUNT has $(cat /tmp/x) in"
          + " $(hostname); ";

  @TempDir Path dir;

  private SporeProcess.Ended spore(String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "XDG_CACHE_HOME=" + dir.resolve("cache")));
    command.addAll(SporeProcess.commandLine(args));
    return SporeProcess.start(dir, command).await();
  }

  @Test
  void childrenShareWhatWasSavedAndNothingElse() throws Exception {
    String base = dir.resolve("base.spore").toString();
    SporeProcess.Ended saved =
        spore("run", "--memory", "64mb", "--save", base, "echo warm > /tmp/x");
    assertThat(saved.status()).as(saved.stderr()).isZero();

    // What one child writes, no other sees; the last one fails.
    SporeProcess.Ended ended =
        spore(
            "fanout",
            base,
            "--count",
            "3",
            TELL + "test ! -e /tmp/seen && touch /tmp/seen && exit $((SPORE_FORK_INDEX / 2 * 5))");
    assertThat(ended.status()).as(ended.stderr()).isEqualTo(5);
    List<String> lines = ended.stdout().lines().sorted().toList();
    assertThat(lines).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(lines.get(i)).startsWith("[%d] %d of 3 has warm in spore-".formatted(i, i));
    }
    assertThat(lines.stream().map(line -> line.substring(line.lastIndexOf(' '))).distinct())
        .hasSize(3);
    assertThat(ended.stderr().lines())
        .containsExactlyInAnyOrder("[0] spore: exit 0", "[1] spore: exit 0", "[2] spore: exit 5");
    try (Stream<Path> flat = Files.list(dir.resolve("cache/spore/backings"))) {
      // That of the base machine, and one for all three.
      assertThat(flat.filter(file -> file.toString().endsWith(".ram"))).hasSize(2);
    }

    String children = dir.resolve("children").toString();
    assertThat(spore("checkpoint", "fork", base, "--count", "2", "--out", children).status())
        .isZero();
    SporeProcess.Ended late =
        spore("fanout", children, "--for", "20s", TELL + "sleep $((SPORE_FORK_INDEX * 3600))");
    assertThat(late.status()).as(late.stderr()).isEqualTo(130);
    assertThat(late.stderr()).contains("[1] spore: canceled, exit 130: it did not end within 20s");
  }
}

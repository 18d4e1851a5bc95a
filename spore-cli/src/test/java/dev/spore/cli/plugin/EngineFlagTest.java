package dev.spore.cli.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresKvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which engine a command line gets. */
final class EngineFlagTest {
  private static final String SOURCE =
      """
      module sums
      cap log.print@1(any...) -> nil
      fn main
        let i = 0
        while i < 100
          let i = i + 1
        end
        print("counted", i)
        return [i, 1.5, "done"]
      end
      """;

  @TempDir Path dir;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(dir.resolve("m.chr"), SOURCE);
    Files.writeString(
        dir.resolve("p.toml"), "[capabilities.\"log.print@1\"]\ndecision = \"grant\"\n");
  }

  private PluginRun run(String... args) {
    List<String> argv = new ArrayList<>(List.of(args));
    argv.addAll(List.of("m.chr", "--policy", "p.toml"));
    return PluginRun.in(dir, "", argv);
  }

  @Test
  @RequiresKvm
  void bothPrintAndTraceTheSame() throws IOException {
    PluginRun java = run("run", "--engine", "java");
    PluginRun kvm = run("run", "--engine", "kvm");
    assertThat(kvm).isEqualTo(java);
    assertThat(kvm.out()).isEqualTo("counted 100\n[I64(100), F64(1.5), String(\"done\")]\n");
    run("trace", "--engine", "java", "--out", "java.ctrace");
    run("trace", "--engine", "kvm", "--out", "kvm.ctrace");
    assertThat(dir.resolve("kvm.ctrace")).hasSameBinaryContentAs(dir.resolve("java.ctrace"));
  }

  @Test
  @RequiresKvm
  void theMachineIsTakenUnlessToldOtherwise() {
    assertThat(run("run", "--json").out()).contains("\"engine\":\"kvm\"");
    assertThat(run("run", "--json", "--engine=java").out()).contains("\"engine\":\"java\"");
  }

  @Test
  void thereAreTwoEngines() {
    PluginRun refused = run("run", "--engine", "wasm");
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err()).contains("--engine 'wasm'", "kvm or java");
    assertThat(refused.out()).isEmpty();
  }
}

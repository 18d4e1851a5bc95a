package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.ObjectMapper;

/** The program as a user starts it: in a process of its own, with wrong input, without KVM. */
final class MainProcessTest {
  private record Ended(int status, String stdout, String stderr) {}

  @TempDir Path dir;

  private Ended spore(String... args) throws IOException, InterruptedException {
    return spore(Map.of(), args);
  }

  private Ended spore(Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectOutput(dir.resolve("stdout").toFile());
    builder.redirectError(dir.resolve("stderr").toFile());
    builder.redirectInput(Path.of("/dev/null").toFile());
    int status = builder.start().waitFor();
    return new Ended(status, read("stdout"), read("stderr"));
  }

  private String read(String name) throws IOException {
    return Files.readString(dir.resolve(name), StandardCharsets.UTF_8);
  }

  @Test
  void badInputIsOneLineOnStandardErrorAndTheRightStatus() throws Exception {
    record Case(int status, String message, String line) {}
    List<Case> cases =
        List.of(
            new Case(2, "unknown flag --memroy", "run --memroy 1gb x"),
            new Case(2, "no command", "run"),
            new Case(2, "at least 32 MiB", "run --memory 0 x"),
            new Case(2, "not a whole number of MiB", "run --memory 33554433b x"),
            new Case(2, "this machine has", "run --memory 512tb x"),
            new Case(2, "--vcpus '9'", "run --vcpus 9 x"),
            new Case(22, "/no/vmlinux: no such file", "run --kernel /no/vmlinux x"),
            new Case(2, "'rum' is not a command", "rum x"),
            new Case(2, "'kernel eat' is not a command", "kernel eat"),
            new Case(2, "spore doctor takes no 'x'", "doctor x"));
    for (Case bad : cases) {
      Ended ended = spore(bad.line().split(" "));

      assertThat(ended.stderr()).startsWith("spore: ").contains(bad.message()).hasLineCount(1);
      assertThat(ended.status()).as(ended.stderr()).isEqualTo(bad.status());
      assertThat(ended.stdout()).isEmpty();
    }
  }

  @Test
  void inJsonModeTheErrorIsOneObjectEvenIfTheLineDoesNotParse() throws Exception {
    for (String flag : List.of("--json", "--events=jsonl")) {
      Ended ended = spore("run", flag, "--nonsense", "x");

      assertThat(ended.status()).isEqualTo(2);
      assertThat(ended.stdout()).isEmpty();
      assertThat(new ObjectMapper().readTree(ended.stderr()).get("error").get("code").asString())
          .isEqualTo("usage.invalid_argument");
    }
  }

  @Test
  void withoutArgumentsTheUsageGoesToStandardError() throws Exception {
    Ended ended = spore();

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.stdout()).isEmpty();
    assertThat(ended.stderr()).startsWith("Usage: spore COMMAND");
  }

  @Test
  void helpAndVersionGoToStandardOutput() throws Exception {
    assertThat(spore("--version").stdout()).startsWith("spore " + Commands.VERSION + " (Java ");
    assertThat(spore("help", "run").stdout())
        .isEqualTo(spore("run", "--help").stdout())
        .contains("--memory SIZE", "Examples:");
    assertThat(spore("kernel", "build", "-h").stdout()).contains("--source TARBALL");
  }

  @Test
  void doctorAnswersOnAnyHost() throws Exception {
    Ended ended = spore(Map.of("XDG_CACHE_HOME", dir.toString()), "doctor", "--json");

    assertThat(ended.status()).isIn(0, 69);
    assertThat(new ObjectMapper().readTree(ended.stdout()).get("runnable").asBoolean())
        .isEqualTo(ended.status() == 0);
  }
}

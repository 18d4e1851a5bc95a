package dev.spore.cli.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.plugin.module.Cmod;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Command lines of the original: same exit code, same texts, and files of the same SHA-256. Later
 * ones read what earlier ones wrote. Of help and usage errors, and of what its libraries word, only
 * the stream and the exit code count; where it crashed, an error is due.
 */
final class GoldenCommandsTest {
  private static final String SHARED = "/dev/spore/plugin/golden/";
  private static final Pattern LIBRARY_TEXT =
      Pattern.compile(
          "(?s)(Error: decode error: ).* at line \\d+ column \\d+\n"
              + "|(Error: failed to parse policy TOML\n).*"
              + "|(Error: failed to decode trace\n).*");

  /** The original's clock is in what it printed. */
  private static final String LIVE_CLOCK = "malformed/out/t11_grant_with_mock.toml.run";

  private static final List<String> KNOWN =
      List.of("assemble", "compile", "negotiate", "run", "trace", "verify", "help");

  @TempDir Path dir;

  private static InputStream resource(String name) {
    return Objects.requireNonNull(GoldenCommandsTest.class.getResourceAsStream(name), name);
  }

  @TestFactory
  List<DynamicTest> runsOfTheOriginal() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String set :
        List.of(
            SHARED + "own.json", SHARED + "malformed.json", SHARED + "debug.json", "cli.json")) {
      for (JsonNode run : JsonMapper.shared().readTree(resource(set))) {
        String id = run.get("id").asString();
        if (!id.equals(LIVE_CLOCK)
            && (run.get("argv").isEmpty() || KNOWN.contains(run.get("argv").get(0).asString()))) {
          tests.add(DynamicTest.dynamicTest(id, () -> check(run)));
        }
      }
    }
    return tests;
  }

  private void check(JsonNode run) throws IOException {
    List<String> argv = new ArrayList<>();
    for (JsonNode arg : run.get("argv")) {
      argv.add(arg.asString());
      provide(arg.asString());
    }
    JsonNode outputs = run.path("outputs");
    for (Map.Entry<String, JsonNode> output : outputs.properties()) {
      Files.createDirectories(dir.resolve(output.getKey()).getParent());
    }
    PluginRun actual = PluginRun.in(dir, text(run, "stdin"), argv);
    int expected = run.get("exit").asInt();
    if (expected > 100) {
      assertThat(actual.exit()).isEqualTo(1);
      assertThat(actual.err()).startsWith("Error: ");
      return;
    }
    if (expected == 2) {
      assertThat(actual.exit()).isEqualTo(2);
      assertThat(actual.out()).isEmpty();
      assertThat(actual.err()).isNotEmpty();
      return;
    }
    assertThat(actual.err()).isEqualTo(wording(text(run, "stderr"), actual.err()));
    if (text(run, "stdout").equals("Usage: ")) {
      assertThat(actual.out()).startsWith("Usage: ");
    } else {
      assertThat(actual.out()).isEqualTo(text(run, "stdout"));
    }
    assertThat(actual.exit()).isEqualTo(expected);
    for (Map.Entry<String, JsonNode> output : outputs.properties()) {
      assertThat(Cmod.digest(Files.readAllBytes(dir.resolve(output.getKey()))))
          .as(output.getKey())
          .isEqualTo("sha256:" + output.getValue().asString());
    }
  }

  /** Puts an input of the original's where the command line expects it. */
  private void provide(String name) throws IOException {
    Path file = dir.resolve(name);
    if ((name.startsWith("src/") || name.startsWith("malformed/in/")) && !Files.exists(file)) {
      Files.createDirectories(file.getParent());
      try (InputStream in = resource(SHARED + "files/" + name)) {
        Files.copy(in, file);
      }
    }
  }

  private static String text(JsonNode run, String name) {
    return run.has(name) ? run.get(name).asString() : "";
  }

  /** The expected text, or the actual one if both are of a library and begin alike. */
  private static String wording(String expected, String actual) {
    var theirs = LIBRARY_TEXT.matcher(expected);
    var ours = LIBRARY_TEXT.matcher(actual);
    if (theirs.matches() && ours.matches()) {
      for (int group = 1; group <= 3; group++) {
        if (theirs.group(group) != null && theirs.group(group).equals(ours.group(group))) {
          return actual;
        }
      }
    }
    return expected;
  }
}

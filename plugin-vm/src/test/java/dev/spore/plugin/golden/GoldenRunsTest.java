package dev.spore.plugin.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.plugin.module.Cmod;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Golden runs of the original program: same exit code, same texts, and output files of the same
 * SHA-256. What the original's JSON and TOML libraries word is compared up to their words; where it
 * crashed, an error is due. Runs listed in unsupported.txt must fail, so that the list stays true.
 */
final class GoldenRunsTest {
  private static final Pattern LIBRARY_TEXT =
      Pattern.compile(
          "(?s)(Error: decode error: ).* at line \\d+ column \\d+\n"
              + "|(Error: failed to parse policy TOML\n).*"
              + "|(Error: failed to decode trace\n).*");

  private final Map<String, byte[]> files = new HashMap<>();
  private final Map<String, String> unsupported = unsupported();

  private static byte[] resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(GoldenRunsTest.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> unsupported() {
    Map<String, String> reasons = new LinkedHashMap<>();
    for (String line :
        new String(resource("unsupported.txt"), StandardCharsets.UTF_8).split("\n", -1)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] columns = line.split(" \\| ", 2);
        reasons.put(columns[0], columns[1]);
      }
    }
    return reasons;
  }

  @TestFactory
  List<DynamicTest> own() {
    return tests("own.json");
  }

  @TestFactory
  List<DynamicTest> malformed() {
    return tests("malformed.json");
  }

  @TestFactory
  List<DynamicTest> tampered() {
    return tests("tampered.json");
  }

  @TestFactory
  List<DynamicTest> debug() {
    makeTraces();
    return tests("debug.json");
  }

  @TestFactory
  List<DynamicTest> cli() {
    makeTraces();
    return tests("cli.json");
  }

  /** The traces and slices that other runs start from. */
  private void makeTraces() {
    for (JsonNode run : JsonMapper.shared().readTree(resource("own.json"))) {
      String command = run.get("argv").get(0).asString();
      if (command.equals("trace") || command.equals("trace-slice")) {
        new Commands(files, "").run(arguments(run));
      }
    }
  }

  @Test
  void answersTheOriginalsCrashesWithErrors() {
    ByteArrayOutputStream deep = new ByteArrayOutputStream();
    deep.writeBytes(HexFormat.of().parseHex("434856" + "4d4f44320000000000" + "01000000"));
    for (int i = 0; i < 100_000; i++) {
      deep.writeBytes(HexFormat.of().parseHex("0501000000"));
    }
    files.put("deep.cmod", deep.toByteArray());
    assertErrorInsteadOfCrash(List.of("verify", "deep.cmod"));
    for (String nested :
        List.of(
            "[".repeat(50_000) + "]".repeat(50_000),
            "[".repeat(5_000) + "]".repeat(5_000),
            "(".repeat(5_000) + "1" + ")".repeat(5_000),
            "not ".repeat(5_000) + "1",
            "1 + ".repeat(5_000) + "1")) {
      String source = "module m\nfn main\n  return " + nested + "\nend\n";
      files.put("deep.chr", source.getBytes(StandardCharsets.UTF_8));
      assertErrorInsteadOfCrash(List.of("verify", "deep.chr"));
    }
  }

  private void assertErrorInsteadOfCrash(List<String> argv) {
    Commands commands = new Commands(files, "");
    assertThat(commands.run(argv)).isEqualTo(1);
    assertThat(commands.err()).startsWith("Error: ");
  }

  private List<DynamicTest> tests(String manifest) {
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode run : JsonMapper.shared().readTree(resource(manifest))) {
      String id = run.get("id").asString();
      tests.add(
          DynamicTest.dynamicTest(
              id,
              () -> {
                String reason = unsupported.get(id);
                if (reason == null) {
                  check(run);
                } else {
                  assertThat(passes(run)).as("listed as unsupported: " + reason).isFalse();
                }
              }));
    }
    return tests;
  }

  private boolean passes(JsonNode run) {
    try {
      check(run);
      return true;
    } catch (AssertionError | RuntimeException e) {
      return false;
    }
  }

  private void check(JsonNode run) {
    Commands commands = new Commands(files, text(run, "stdin"));
    int exit = commands.run(arguments(run));
    int expected = run.get("exit").asInt();
    if (expected > 100) {
      assertThat(exit).isEqualTo(1);
      assertThat(commands.err()).startsWith("Error: ");
      return;
    }
    assertThat(commands.err()).isEqualTo(wording(text(run, "stderr"), commands.err()));
    assertThat(commands.out()).isEqualTo(text(run, "stdout"));
    assertThat(exit).isEqualTo(expected);
    JsonNode outputs = run.get("outputs");
    if (outputs != null) {
      outputs
          .properties()
          .forEach(output ->
              assertThat(
                      Cmod.digest(
                          Objects.requireNonNull(files.get(output.getKey()), output.getKey())))
                  .as(output.getKey())
                  .isEqualTo("sha256:" + output.getValue().asString()));
    }
  }

  /** The arguments of a run, whose files are there then. */
  private List<String> arguments(JsonNode run) {
    List<String> argv = new ArrayList<>();
    run.get("argv").forEach(arg -> argv.add(arg.asString()));
    for (String arg : argv) {
      if (arg.startsWith("src/") || arg.startsWith("malformed/in/")) {
        files.putIfAbsent(arg, resource("files/" + arg));
      } else if (getClass().getResource("files/" + arg + ".gz") != null) {
        files.putIfAbsent(arg, unpacked(resource("files/" + arg + ".gz")));
      }
    }
    return argv;
  }

  private static byte[] unpacked(byte[] bytes) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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

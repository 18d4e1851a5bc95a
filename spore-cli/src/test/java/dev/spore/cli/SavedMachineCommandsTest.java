package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.vmm.testing.TestSpores;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** {@code spore inspect} and {@code spore checkpoint fork} on spores nobody had to boot. */
final class SavedMachineCommandsTest {
  @TempDir Path dir;
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private String base = "";

  @BeforeEach
  void make() {
    base = TestSpores.full(dir.resolve("base")).toString();
  }

  private int spore(String... args) {
    stdout.reset();
    stderr.reset();
    HostStreams host =
        new HostStreams(
            InputStream.nullInputStream(),
            stdout,
            stderr,
            new PrintStream(stderr, true, StandardCharsets.UTF_8),
            false);
    return Main.run(List.of(args), host, new Timeline());
  }

  private void refused(int status, String message, String... args) {
    assertThat(spore(args)).isEqualTo(status);
    assertThat(stderr.toString(StandardCharsets.UTF_8))
        .startsWith("spore: ")
        .contains(message)
        .hasLineCount(1);
    assertThat(stdout.size()).isZero();
  }

  private JsonNode json() {
    return new ObjectMapper().readTree(stdout.toByteArray());
  }

  private Path firstChunk() throws IOException {
    try (Stream<Path> all = Files.walk(dir.resolve("base/chunks"))) {
      return all.filter(f -> f.toFile().length() > 1 << 20).findFirst().orElseThrow();
    }
  }

  @Test
  void inspectTellsProgramsEverything() throws Exception {
    assertThat(spore("inspect", "--json", "--verify", base)).isZero();
    JsonNode json = json();

    assertThat(json.get("schema").asString()).isEqualTo("spore.inspect.result.v1");
    assertThat(json.get("id").asString())
        .isEqualTo(Files.readString(dir.resolve("base/id")).strip());
    assertThat(json.get("fork").isNull()).isTrue();
    assertThat(json.get("verified").asBoolean()).isTrue();
    assertThat(json.get("memory").get("data_chunks").asInt()).isEqualTo(TestSpores.DATA_CHUNKS);
    assertThat(json.get("stored").get("chunks").asInt())
        .isGreaterThanOrEqualTo(TestSpores.DATA_CHUNKS - 1);
    assertThat(json.get("directory_bytes").asLong())
        .isGreaterThan(json.get("stored").get("bytes").asLong());
    assertThat(json.get("disks").size()).isEqualTo(2);
    assertThat(json.get("sessions").size()).isPositive();
    assertThat(json.get("annotations").size()).isPositive();
  }

  @Test
  void inspectShowsPeopleATableWithoutAnyCommandToTheirTerminal() {
    Path hostile =
        TestSpores.make(
            dir.resolve("hostile"), "small.json", Map.of("note", "\u001b[2J\r\nid  forged\u202e"));

    assertThat(spore("inspect", hostile.toString())).isZero();
    assertThat(stdout.toString(StandardCharsets.UTF_8))
        .contains("generation ", "kernel ", "RAM ")
        .contains("annotation  note=\\u001b[2J\\u000d\\u000aid  forged\\u202e")
        .doesNotContain("\u001b", "\r", "\u202e");
  }

  @Test
  void aDamagedChunkShowsWhenItIsVerifiedAndNamesItsFile() throws Exception {
    Path chunk = firstChunk();
    byte[] bytes = Files.readAllBytes(chunk);
    bytes[12345] ^= 1;
    Files.write(chunk, bytes);

    assertThat(spore("inspect", base)).isZero();
    refused(22, chunk.toString(), "inspect", "--verify", base);
  }

  @Test
  void forkMakesChildrenThatInspectTellsApart() {
    String out = dir.resolve("children").toString();
    assertThat(spore("checkpoint", "fork", base, "--count", "3", "--out", out, "--json")).isZero();
    JsonNode report = json();
    assertThat(report.get("count").asInt()).isEqualTo(3);

    assertThat(spore("inspect", "--json", "--verify", out + "/000002")).isZero();
    JsonNode child = json();
    assertThat(child.get("fork").get("batch")).isEqualTo(report.get("batch"));
    assertThat(child.get("fork").get("index").asInt()).isEqualTo(2);
    assertThat(child.get("generation").get("parent")).isEqualTo(report.get("parent"));
  }

  @Test
  void whatCannotBeForkedIsRefusedAndNothingAppears() throws Exception {
    String out = dir.resolve("children").toString();
    for (String count : List.of("0", "-1", "10001", "1e3", "", "99999999999")) {
      refused(2, "--count", "checkpoint", "fork", base, "--count=" + count, "--out", out);
    }
    refused(2, "--count", "checkpoint", "fork", base, "--out", out);
    refused(2, "--out", "checkpoint", "fork", base, "--count", "1");
    refused(2, "name the directory", "checkpoint", "fork", "--count", "1", "--out", out);
    refused(2, "one word too many", "checkpoint", "fork", base, "x", "--count", "1", "--out", out);
    refused(2, "exists", "checkpoint", "fork", base, "--count", "1", "--out", base);
    refused(22, "no/such", "checkpoint", "fork", dir + "/no/such", "--count", "1", "--out", out);
    refused(2, "checkpoint fork", "checkpoint");
    Files.delete(firstChunk());
    refused(22, "is missing", "checkpoint", "fork", base, "--count", "1", "--out", out);
    assertThat(dir.resolve("children")).doesNotExist();
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void whatCannotBeInspectedIsRefused() throws Exception {
    refused(2, "name the directory", "inspect");
    refused(2, "one word too many", "inspect", base, base);
    refused(22, "there is no such directory", "inspect", dir.resolve("none").toString());
    Files.delete(dir.resolve("base/memory.index"));
    refused(22, "memory.index is missing", "inspect", base);
    Files.delete(dir.resolve("base/id"));
    refused(22, "id is missing", "inspect", base);
  }

  @Test
  void helpNamesTheCommandsOfAGroup() {
    assertThat(spore("checkpoint", "--help")).isZero();
    assertThat(stdout.toString(StandardCharsets.UTF_8)).contains("spore checkpoint fork");
    assertThat(spore("help", "checkpoint", "fork")).isZero();
    assertThat(stdout.toString(StandardCharsets.UTF_8)).contains("--count N");
    assertThat(spore("help", "kernel")).isZero();
    assertThat(stdout.toString(StandardCharsets.UTF_8)).contains("kernel build", "kernel list");
  }
}

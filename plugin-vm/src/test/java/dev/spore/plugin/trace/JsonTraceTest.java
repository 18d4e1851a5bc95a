package dev.spore.plugin.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.run.RunLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class JsonTraceTest {
  private final byte[] bytes = Traces.of(Traces.LOOP.formatted(30), RunLimits.sandbox());

  private String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static TraceFile of(String text) {
    return TraceFile.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<TraceEvent> events(TraceFile trace, long from) {
    List<TraceEvent> events = new ArrayList<>();
    try (TraceCursor cursor = trace.events(from)) {
      for (TraceEvent event = cursor.next(); event != null; event = cursor.next()) {
        events.add(event);
      }
    }
    return events;
  }

  @Test
  void readsWhatWasWritten() {
    TraceFile trace = TraceFile.of(bytes);
    assertThat(trace.summary().entry()).isEqualTo("main");
    assertThat(trace.summary().events()).isEqualTo(3 + 3 * 30 + 1);
    assertThat(events(trace, 0)).hasSize(94);
    TraceHash hash = new TraceHash();
    for (TraceEvent event : events(trace, 0)) {
      assertThat(hash.checksum(event)).isEqualTo(event.checksum());
      hash.add(event);
    }
    assertThat(hash.finish(trace.summary().result(), null)).isEqualTo(trace.summary().checksum());
  }

  @Test
  void startsAtAnyEvent() {
    byte[] many = Traces.of(Traces.LOOP.formatted(5000), RunLimits.sandbox());
    TraceFile trace = TraceFile.of(many);
    List<TraceEvent> all = events(trace, 0);
    assertThat(all).hasSizeGreaterThan(3 * PluginLimits.TRACE_PLACES_MAX);
    for (int from : new int[] {0, 1, 2, 4095, 4096, 4097, 9001, all.size() - 1}) {
      assertThat(events(trace, from)).isEqualTo(all.subList(from, all.size()));
    }
    assertThat(events(trace, all.size())).isEmpty();
    assertThatThrownBy(() -> trace.events(all.size() + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsAnyLayoutAndOrder() {
    ObjectNode tree = (ObjectNode) JsonMapper.shared().readTree(bytes);
    JsonNode module = tree.remove("module");
    tree.put("\u00e4unknown", "[{").set("module", module);
    TraceFile trace = of(" \n" + tree + "\n ");
    assertThat(events(trace, 0)).isEqualTo(events(TraceFile.of(bytes), 0));
    assertThat(events(trace, 50)).isEqualTo(events(TraceFile.of(bytes), 50));
    assertThat(trace.summary()).isEqualTo(TraceFile.of(bytes).summary());
  }

  @Test
  void readsFromAFile(@TempDir Path dir) throws IOException {
    Path path = dir.resolve("a.ctrace");
    Files.write(path, bytes);
    TraceFile trace = TraceFile.of(path);
    assertThat(trace.summary()).isEqualTo(TraceFile.of(bytes).summary());
    assertThat(events(trace, 93)).hasSize(1);
  }

  @Test
  void tellsAMissingFileFromABadOne(@TempDir Path dir) {
    assertThatThrownBy(() -> TraceFile.of(dir.resolve("none")))
        .isInstanceOf(UncheckedIOException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "\ufeff{}",
        "{\"events\":[],\"events\":[]}",
        "{\"events\":{}}",
        "{\"events\":[1]}",
        "{\"checksum\":-1}",
        "{\"checksum\":18446744073709551616}",
        "{\"checksum\":1.5}",
        "{\"result\":{\"I64\":9223372036854775808}}",
        "{\"result\":{\"Int\":1}}",
        "{\"result\":{\"I64\":1,\"I64\":1}}",
        "{\"metadata\":{\"format_version\":1}}",
        "{\"metadata\":{\"capabilities\":{\"a@1\":\"deny\"}}}",
        "{\"error\":\"\\ud800\"}",
      })
  void refusesWhatIsNoTrace(String text) {
    assertThatThrownBy(() -> of(text).summary()).isInstanceOf(DecodeException.class);
  }

  @Test
  void refusesChangedMembersOfEvents() {
    for (String[] change :
        new String[][] {
          {"\"decision\"", "\"x\""},
          {"\"pc\": 1,", "\"pc\": -1,"},
          {"\"pc\": 1,", "\"pc\": \"1\","},
          {"\"pc\": 1,", ""},
          {"\"opcode\": \"add\"", "\"opcode\": null"},
          {"\"register\": 0,", "\"register\": 0, \"register\": 0,"},
          {"\"source_line\": 3,", "\"source_line\": 18446744073709551615,"},
          {"\"checksum\": ", "\"checksum\": \"\"+"},
        }) {
      String changed = text().replaceFirst(change[0], change[1]);
      if (!changed.equals(text())) {
        assertThatThrownBy(() -> of(changed).summary()).isInstanceOf(DecodeException.class);
      }
    }
  }

  @Test
  void refusesWhatWouldTakeMemory() {
    StringBuilder names = new StringBuilder("{");
    for (int i = 0; i < 2000; i++) {
      names.append("\"n").append(i).append("\":0,");
    }
    assertThatThrownBy(() -> of(names + "\"a\":0}").summary())
        .hasMessageContaining("too many unknown fields");
    String deep = "{\"result\":" + "{\"Array\":[".repeat(600) + "]}".repeat(600) + "}";
    assertThatThrownBy(() -> of(deep).summary()).isInstanceOf(DecodeException.class);
    byte[] wide =
        ("{\"result\":{\"Array\":[" + " ".repeat(33 << 20)).getBytes(StandardCharsets.UTF_8);
    DecodeException refused =
        catchThrowableOfType(DecodeException.class, () -> TraceFile.of(wide).summary());
    assertThat(refused).hasMessageContaining("has more than 33554432 bytes");
    byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);
    assertThatThrownBy(() -> TraceFile.of(utf16).summary())
        .hasMessageContaining("not JSON in UTF-8");
  }

  @Test
  void slicesNothingThatIsNotThere() {
    TraceFile trace = TraceFile.of(bytes);
    for (long[] range : new long[][] {{3, 1}, {0, 94}, {94, 94}, {-1, -1}, {0, -1}}) {
      assertThatThrownBy(() ->
              TraceSlice.write(
                  trace,
                  range[0],
                  range[1],
                  (_, _, _) -> {
                    throw new AssertionError("nothing is to be written");
                  }))
          .hasMessageContaining("out of bounds for 94 events");
    }
  }
}

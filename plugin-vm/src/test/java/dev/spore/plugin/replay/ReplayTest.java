package dev.spore.plugin.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.plugin.module.Capability;
import dev.spore.plugin.policy.HostRegistry;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.Traces;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReplayTest {
  private static final String ASKS =
      """
      .module "asks"
      .cap kv.get@1(string) -> any
      .fn main r2
        const r0, "k"
        cap_call r1, kv.get@1, r0
        ret r1
      .end
      """;
  private static final Capability KV_GET =
      new Capability("kv.get@1", List.of(ValueType.STRING), ValueType.ANY, null);

  private static ReplayOutcome replay(byte[] trace) {
    return Replay.of(TraceFile.of(trace));
  }

  private static ReplayOutcome replayChanged(byte[] trace, String from, String to) {
    String text = new String(trace, StandardCharsets.UTF_8);
    assertThat(text).contains(from);
    return replay(text.replace(from, to).getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] answered(Value answer) {
    HostRegistry host = new HostRegistry();
    host.register(KV_GET, _ -> answer);
    return Traces.of(ASKS, RunLimits.sandbox(), host);
  }

  private static void assertValid(ReplayOutcome outcome) {
    assertThat(outcome).isInstanceOf(ReplayOutcome.Valid.class);
  }

  private static void assertRefused(ReplayOutcome outcome, String why) {
    assertThat(outcome).isInstanceOf(ReplayOutcome.Refused.class);
    assertThat(outcome.failure()).contains(why);
  }

  @Test
  void replaysDoublesTheOriginalRoundsWrongly() {
    StringBuilder body = new StringBuilder(".module \"d\"\n.fn main r3\n");
    for (int i = 1; i < 400; i++) {
      body.append("  const r0, 1.0\n  const r1, ").append(i).append(".7\n  div r2, r0, r1\n");
    }
    assertValid(replay(Traces.of(body + "  ret r2\n.end\n", RunLimits.sandbox())));
  }

  @Test
  void replaysWhatIsNoNumber() {
    String text =
        """
        .module "inf"
        .fn main r4
          const r0, 1.7e308
          add r1, r0, r0
          sub r2, r1, r1
          mul r3, r2, r1
          eq r0, r3, r3
          ret r1
        .end
        """;
    assertValid(replay(Traces.of(text, RunLimits.sandbox())));
    assertValid(replay(answered(new Value.F64(Double.NaN))));
    assertValid(replay(answered(new Value.F64(Double.NEGATIVE_INFINITY))));
  }

  @Test
  void replaysTheFailureOfAHandler() {
    HostRegistry host = new HostRegistry();
    host.register(
        KV_GET,
        _ -> {
          throw new IllegalStateException("down");
        });
    byte[] trace = Traces.of(ASKS, RunLimits.sandbox(), host);
    assertThat(new String(trace, StandardCharsets.UTF_8))
        .contains("capability kv.get@1 failed: java.lang.IllegalStateException: down");
    assertValid(replay(trace));
    assertRefused(replayChanged(trace, "\"pc\": 1", "\"pc\": 0"), "did not match");
  }

  @Test
  void replaysDeepArrays() {
    StringBuilder body = new StringBuilder(".module \"deep\"\n.fn main r1\n  const r0, 1\n");
    body.append("  array_new r0, r0\n".repeat(100));
    assertValid(replay(Traces.of(body + "  ret r0\n.end\n", RunLimits.sandbox())));
  }

  @Test
  void replaysAFailureAtTheMemoryLimitItRanWith() {
    String text =
        """
        .module "memory"
        .fn main r1
          const r0, 1
        again:
          array_new r0, r0, r0
          jump again
        .end
        """;
    RunLimits small = new RunLimits(null, null, null, null, 5000);
    byte[] trace = Traces.of(text, small);
    assertValid(replay(trace));
    assertRefused(
        replayChanged(trace, "\"memory_bytes\": 5000", "\"memory_bytes\": 9000"), "did not match");
  }

  @Test
  void refusesADigestOfAnotherModule() {
    byte[] trace = Traces.of(Traces.LOOP.formatted(2), RunLimits.sandbox());
    assertValid(replay(trace));
    assertRefused(replayChanged(trace, "\"sha256:", "\"sha256:0"), "trace metadata names module");
  }

  @Test
  void refusesAChangedAnswer() {
    byte[] trace = answered(new Value.I64(77001));
    assertValid(replay(trace));
    assertRefused(
        replayChanged(trace, "\"result\": {\n          \"I64\": 77001", "\"result\": {\"I64\": 1"),
        "trace events did not match replay");
    assertRefused(replayChanged(trace, "\"granted\"", "\"mocked\""), "did not match");
    assertRefused(
        replayChanged(trace, "kv.get@1\",\n        \"decision", "x@1\", \"decision"), "match");
  }

  @Test
  void stopsAtTheEndOfATraceWithoutLimits() {
    byte[] trace = Traces.of(Traces.LOOP.formatted(2), RunLimits.sandbox());
    String text = new String(trace, StandardCharsets.UTF_8);
    String endless =
        text.substring(0, text.indexOf("  \"events\": ["))
                .replace("\"target\": 3", "\"target\": 2")
                .replace("\"I64\": 2", "\"I64\": 9000000000000000000")
            + "  \"events\": [], \"checksum\": 1}";
    assertRefused(replay(endless.getBytes(StandardCharsets.UTF_8)), "did not match");
  }

  @Test
  void auditsWithoutBelieving() {
    byte[] trace = answered(new Value.I64(5));
    Audit audit = Audit.of(TraceFile.of(trace));
    assertThat(audit.isValid()).isTrue();
    assertThat(audit.text())
        .startsWith("audit: valid\nmodule: asks\n")
        .contains("  kv.get@1: calls=1 granted=1 mocked=0 replayed=0 negotiated=Grant\n");
    assertThat(audit.json()).contains("\"replay_error\": null").endsWith("}\n");
  }
}

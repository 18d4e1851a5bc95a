package dev.spore.plugin.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.HostRegistry;
import dev.spore.plugin.policy.Negotiation;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.replay.Replay;
import dev.spore.plugin.replay.ReplayOutcome;
import dev.spore.plugin.run.Interpreter;
import dev.spore.plugin.run.LiveCapabilities;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BinaryTraceTest {
  /** Every kind of value, often enough that the writers take their short ways. */
  private static final String KINDS =
      """
      .module "kinds"
      .fn main r12
        const r0, 0
        const r1, 1
        const r2, 900
        const r5, -4611686018427387904
        const r6, 0.1
      again:
        add r0, r0, r1
        add r5, r5, r5
        sub r5, r5, r0
        div r7, r6, r0
        mul r6, r6, r7
        const r8, nil
        const r9, "tä\\n"
        array_new r10, r0, r9, r7
        move r11, r10
        call r3, half, r7
        lt r4, r0, r2
        eq r3, r0, r2
        jump_if r4, again
        ret r10
      .end
      .fn half r3 arity=1
        const r1, 2.0
        div r2, r0, r1
        ret r2
      .end
      """;

  private static byte[] binary(byte[] json) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TraceConversion.toBinary(TraceFile.of(json), out::write);
    return out.toByteArray();
  }

  private static byte[] json(byte[] binary) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TraceConversion.toJson(TraceFile.of(binary), out::write);
    return out.toByteArray();
  }

  private static byte[] run(boolean binary, String assembly) {
    PluginModule module = Assembler.assemble(assembly);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TraceOutput output = TraceConversion.start(binary, module, "main", out::write);
    Outcome outcome =
        Interpreter.run(
            Program.of(module),
            "main",
            RunLimits.sandbox(),
            new LiveCapabilities(new Policy(Map.of()), new HostRegistry()),
            output);
    output.finish(
        outcome,
        TraceMetadata.of(module, new byte[0], RunLimits.sandbox(), new Negotiation(List.of())));
    return out.toByteArray();
  }

  @Test
  void writesTheSameEventsShortAndLong() {
    TraceFile trace = TraceFile.of(run(false, KINDS));
    TraceHash hash = new TraceHash();
    long count = 0;
    try (TraceCursor events = trace.events(0)) {
      for (TraceEvent event = events.next(); event != null; event = events.next()) {
        assertThat(hash.checksum(event)).as("event " + count++).isEqualTo(event.checksum());
        hash.add(event);
      }
    }
    assertThat(hash.finish(trace.summary().result(), null)).isEqualTo(trace.summary().checksum());
    assertThat(count).isGreaterThan(10_000);
    // Long ways alone give the same bytes.
    assertThat(json(run(false, KINDS))).isEqualTo(run(false, KINDS));
  }

  @Test
  void convertsBothWaysWithoutLoss() {
    byte[] json = run(false, KINDS);
    byte[] binary = run(true, KINDS);
    assertThat(json(binary)).isEqualTo(json);
    assertThat(binary(json)).isEqualTo(binary);
    assertThat(binary.length).isLessThan(json.length / 20);
    assertThat(TraceFile.of(binary).summary()).isEqualTo(TraceFile.of(json).summary());
  }

  @Test
  void convertsWhatIsNotTrueWithoutLoss() {
    String text =
        new String(
            Traces.of(Traces.LOOP.formatted(300), RunLimits.sandbox()), StandardCharsets.UTF_8);
    String changed =
        text.replaceFirst("\"checksum\": [0-9]+", "\"checksum\": 18446744073709551615")
            .replace("\"opcode\": \"lt\"", "\"opcode\": \"nonsense\"")
            .replaceFirst("\"pc\": 1,", "\"pc\": 18446744073709551615,")
            .replaceFirst("\"error\": null", "\"error\": \"runtime error: x\"");
    byte[] bytes = changed.getBytes(StandardCharsets.UTF_8);
    assertThat(json(binary(bytes))).isEqualTo(bytes);
    assertThat(Replay.of(TraceFile.of(binary(bytes)))).isInstanceOf(ReplayOutcome.Refused.class);
  }

  @Test
  void startsAtAnyEvent() {
    TraceFile trace = TraceFile.of(run(true, Traces.LOOP.formatted(30_000)));
    TraceFile whole = TraceFile.of(run(false, Traces.LOOP.formatted(30_000)));
    long events = trace.summary().events();
    for (long from : new long[] {0, 1, 40_000, 65_000, 89_000, events - 1}) {
      try (TraceCursor one = trace.events(from);
          TraceCursor other = whole.events(from)) {
        assertThat(one.next()).isEqualTo(other.next());
      }
    }
    assertThatThrownBy(() -> trace.events(events + 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void replaysInBothForms() {
    for (boolean form : new boolean[] {true, false}) {
      TraceFile trace = TraceFile.of(run(form, KINDS));
      assertThat(trace.isBinary()).isEqualTo(form);
      assertThat(Replay.of(trace))
          .isEqualTo(
              new ReplayOutcome.Valid(
                  trace.summary().events(),
                  trace.summary().result(),
                  null,
                  trace.summary().checksum()));
    }
  }

  @Test
  void refusesEveryChangedByteOrReadsTheSame() {
    byte[] binary = run(true, Traces.LOOP.formatted(20));
    TraceSummary whole = TraceFile.of(binary).summary();
    int count = 0;
    for (int at = 0; at < binary.length; at++) {
      byte[] changed = binary.clone();
      changed[at] ^= 0x10;
      try {
        // One bit of a Zstandard frame has no meaning.
        assertThat(TraceFile.of(changed).summary()).as("byte " + at).isEqualTo(whole);
      } catch (PluginException refused) {
        count++;
      }
    }
    assertThat(count).isGreaterThan(binary.length - 8);
    for (int length : new int[] {0, 7, 8, 9, 20, binary.length - 9, binary.length - 1}) {
      byte[] cut = Arrays.copyOf(binary, length);
      assertThatThrownBy(() -> TraceFile.of(cut).summary()).isInstanceOf(DecodeException.class);
    }
    byte[] longer = Arrays.copyOf(binary, binary.length + 1);
    assertThatThrownBy(() -> TraceFile.of(longer).summary()).isInstanceOf(DecodeException.class);
  }

  @Test
  void signsATraceInWhateverForm() throws GeneralSecurityException {
    KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] json = run(false, KINDS);
    byte[] signature = TraceSignature.sign(TraceFile.of(json), keys.getPrivate());
    assertThat(signature).hasSize(64);
    TraceFile binary = TraceFile.of(binary(json));
    assertThat(TraceSignature.verify(binary, keys.getPublic(), signature)).isTrue();
    TraceFile other = TraceFile.of(run(false, Traces.LOOP.formatted(3)));
    assertThat(TraceSignature.verify(other, keys.getPublic(), signature)).isFalse();
    assertThat(TraceSignature.verify(binary, keys.getPublic(), new byte[3])).isFalse();
    KeyPair stranger = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    assertThat(TraceSignature.verify(binary, stranger.getPublic(), signature)).isFalse();
    KeyPair wrong = KeyPairGenerator.getInstance("EC").generateKeyPair();
    assertThatThrownBy(() -> TraceSignature.sign(binary, wrong.getPrivate()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

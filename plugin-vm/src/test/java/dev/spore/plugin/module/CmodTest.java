package dev.spore.plugin.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class CmodTest {
  static final PluginModule SAMPLE =
      new PluginModule(
          "sample",
          List.of(
              Value.Nil.NIL,
              new Value.Bool(true),
              new Value.I64(-42),
              new Value.F64(2.5),
              new Value.Text("x\u00e9\n"),
              new Value.Array(List.of(new Value.I64(1), new Value.Array(List.of()))),
              new Value.FunctionName("f"),
              new Value.CapabilityName("c@1")),
          List.of(
              new Capability("kv.get@1", List.of(ValueType.STRING), ValueType.ANY, "to read"),
              new Capability("e@1", List.of(ValueType.ANY_VARIADIC), ValueType.NIL, null)),
          List.of(
              new PluginFunction(
                  "main",
                  4,
                  0,
                  List.of(
                      Instruction.of(Opcode.CONST, 0, 1, 0),
                      Instruction.of(Opcode.JUMP_IF, 0, 2, 0),
                      Instruction.of(Opcode.ARRAY_NEW, 1, "", List.of(0L, 0L)),
                      Instruction.of(Opcode.CALL, 2, "main", List.of()),
                      Instruction.of(Opcode.CAP_CALL, 2, "kv.get@1", List.of(3L)),
                      Instruction.of(Opcode.ARRAY_SET, 1, 2, 3),
                      Instruction.of(Opcode.RET, 1, 0, 0)),
                  SourceLines.of(1, 2, 3, SourceLines.NONE, 5, 6, 7))),
          new TreeMap<>(Map.of("main", 0L, "a", 0L)));

  /** One constant 2.5, loaded and returned. */
  private static byte[] tiny() {
    return Cmod.encode(
        new PluginModule(
            "tiny",
            List.of(new Value.F64(2.5)),
            List.of(),
            List.of(
                new PluginFunction(
                    "main",
                    2,
                    0,
                    List.of(
                        Instruction.of(Opcode.CONST, 0, 0, 0), Instruction.of(Opcode.RET, 0, 0, 0)),
                    SourceLines.of(3, 4))),
            new TreeMap<>(Map.of("main", 0L))));
  }

  @Test
  void readsWhatItWrites() {
    byte[] bytes = Cmod.encode(SAMPLE);
    assertThat(Cmod.decode(bytes)).isEqualTo(SAMPLE);
    byte[] json = ModuleJson.encode(SAMPLE);
    assertThat(ModuleJson.decode(json)).isEqualTo(SAMPLE);
  }

  @Property
  void refusesEveryModuleThatIsCutShort(@ForAll @IntRange(max = 1 << 16) int cut) {
    byte[] bytes = Cmod.encode(SAMPLE);
    int length = 8 + cut % (bytes.length - 8);
    assertRefused(Arrays.copyOf(bytes, length), "unexpected end of binary module");
  }

  @Test
  void refusesBytesAfterTheEnd() {
    byte[] bytes = tiny();
    assertRefused(Arrays.copyOf(bytes, bytes.length + 1), "trailing bytes in binary module");
  }

  @Test
  void refusesTagsAndLengthsOutOfRange() {
    assertRefused(head("0100000008"), "unknown value tag 8");
    assertRefused(head("010000000102"), "invalid bool tag 2");
    assertRefused(head("41420f00"), "binary list length 1000001 exceeds max 1000000");
    assertRefused(head("010000000401000001"), "binary string length 16777217 exceeds max 16777216");
    assertRefused(head("010000000400000001"), "unexpected end of binary module");
    assertRefused(head("010000000401000000ff"), "invalid utf-8 sequence of 1 bytes from index 0");
    assertRefused(head("010000000401000000e2"), "incomplete utf-8 byte sequence from index 0");
    assertRefused(head("000000000100000000000000000000000a"), "unknown value type tag 10");
    assertRefused(head("000000000100000000000000000000000002"), "invalid option tag 2");
  }

  @Test
  void refusesArraysThatNestTooDeepWithoutRunningOutOfStack() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head("01000000"));
    for (int i = 0; i < 100_000; i++) {
      bytes.writeBytes(HexFormat.of().parseHex("0501000000"));
    }
    assertRefused(bytes.toByteArray(), "arrays nest deeper than " + PluginLimits.VALUE_DEPTH_MAX);
    String json = "{\"constants\":[" + "{\"Array\":[".repeat(100_000);
    assertThatThrownBy(() -> ModuleJson.decode(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(DecodeException.class);
  }

  @Test
  void refusesNumbersThatDoNotFit() {
    PluginModule wide =
        new PluginModule(
            "wide",
            List.of(),
            List.of(),
            List.of(new PluginFunction("main", 1L << 32, 0, List.of(), SourceLines.EMPTY)),
            new TreeMap<>());
    assertThatThrownBy(() -> Cmod.encode(wide))
        .hasMessage("decode error: value exceeds binary module u32 limit");
  }

  @Test
  void takesTheLaterOfTwoExportsOfOneName() {
    byte[] twice =
        HexFormat.of()
            .parseHex(
                "4348564d4f443200"
                    + "0000000000000000000000000000000002000000"
                    + "010000006100000000"
                    + "010000006105000000");
    assertThat(Cmod.decode(twice).exports()).containsExactly(Map.entry("a", 5L));
  }

  private static byte[] head(String hex) {
    return HexFormat.of().parseHex("4348564d4f443200" + "00000000" + hex);
  }

  private static void assertRefused(byte[] bytes, String what) {
    assertThatThrownBy(() -> Cmod.decode(bytes)).hasMessage("decode error: " + what);
  }
}

package dev.spore.plugin.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.plugin.SourceException;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.module.SourceLines;
import dev.spore.plugin.value.Value;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AssemblerTest {
  private static PluginModule body(String... lines) {
    return Assembler.assemble(
        ".module \"m\"\n.fn main r4\n" + String.join("\n", lines) + "\n.end\n");
  }

  private static Instruction first(String line) {
    return body(line).functions().getFirst().code().getFirst();
  }

  private static Value literal(String text) {
    return body("const r0, " + text).constants().getFirst();
  }

  @Test
  void readsRegistersAndNumbersAsTheyMayBeWritten() {
    assertThat(first("move r+3, r007")).isEqualTo(Instruction.of(Opcode.MOVE, 3, 7, 0));
    assertThat(first("jump +2")).isEqualTo(Instruction.of(Opcode.JUMP, 2, 0, 0));
    assertThat(first("ret r18446744073709551615")).isEqualTo(Instruction.of(Opcode.RET, -1, 0, 0));
  }

  @Test
  void resolvesLabelsAndTakesTheLaterOfTwo() {
    PluginModule module = body("jump loop top", "loop top :", "ret r0", "loop top:", "ret r1");
    assertThat(module.functions().getFirst().code().getFirst().a()).isEqualTo(2);
  }

  @Test
  void readsLiteralsByTheirFirstMatch() {
    assertThat(literal("\"a\\\"b\\nc\"")).isEqualTo(new Value.Text("a\"b\nc"));
    assertThat(literal("\"a\\\\nb\"")).isEqualTo(new Value.Text("a\\\nb"));
    assertThat(literal(".5")).isEqualTo(new Value.F64(0.5));
    assertThat(literal("1.")).isEqualTo(new Value.F64(1));
    assertThat(literal("+5")).isEqualTo(new Value.I64(5));
    assertThat(literal("-9223372036854775808")).isEqualTo(new Value.I64(Long.MIN_VALUE));
  }

  @Test
  void sharesEqualConstantsAndWithThemTheTwoZeros() {
    assertThat(body("const r0, 0.0", "const r1, -0.0", "const r2, 0").constants())
        .containsExactly(new Value.F64(0.0), new Value.I64(0));
  }

  @Test
  void exportsMainAndWhatIsListedOrElseTheFirstFunction() {
    String functions =
        ".fn a r1\nret r0\n.end\n.fn b r1\nret r0\n.end\n.fn main r1\nret r0\n.end\n";
    assertThat(Assembler.assemble(".module \"m\"\n" + functions).exports())
        .containsOnlyKeys("a", "main");
    assertThat(Assembler.assemble(".module \"m\"\n.export b\n" + functions).exports())
        .containsOnlyKeys("b", "main");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "const r0, banana | line 3: invalid literal banana",
        "const r0, 1e5 | line 3: invalid literal 1e5",
        "const r0, 1.2.3 | line 3: invalid float literal 1.2.3",
        "const r0, 1.0f | line 3: invalid float literal 1.0f",
        "const r0, \"x | line 3: unterminated string",
        "const r0, \"x\"y | line 3: expected quoted string",
        "add r0, r1 | line 3: add expects 3 operands, got 2",
        "add r0,, r1 | line 3: expected register, got",
        "call r0 | line 3: call expects dst, function, and optional args",
        "array_new | line 3: array_new expects dst and optional item registers",
        "ret r-1 | line 3: invalid register r-1",
        "ret r99999999999999999999 | line 3: invalid register r99999999999999999999",
        "jump nowhere | line 3: unknown label nowhere",
        ".export x | line 3: unknown opcode .export",
      })
  void namesTheLineThatIsWrong(String line, String message) {
    assertThatThrownBy(() -> body(line))
        .isInstanceOf(SourceException.class)
        .hasMessageMatching(Pattern.quote(message) + " ?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ".cap )kv.get@1( -> nil | line 1: .cap signature missing ')'",
        ".cap a@1() | line 1: .cap expects signature -> return_type",
        ".cap a@1() -> | line 1: .cap expects return type",
        ".cap a@1(i64, , i64) -> nil | line 1: empty value type",
        ".fn main | line 1: .fn expects name and register count",
        ".fn main r0 | line 1: register count must be greater than zero",
        ".fn main r1 arity=x | line 1: invalid arity",
        ".fn main r1 | line 1: function missing .end",
        ".end | line 1: .end without .fn",
        ".constant {} | line 1: invalid constant: decode error: expected one member, got none at"
            + " line 1 column 2",
        "# nothing | module is missing .module declaration",
      })
  void refusesWrongDeclarations(String text, String message) {
    assertThatThrownBy(() -> Assembler.assemble(text)).hasMessage(message);
  }

  @Test
  void disassemblesWhatPlainAssemblyCannotSay() {
    PluginModule module =
        new PluginModule(
            "odd \"name\"",
            List.of(
                new Value.F64(-0.0),
                new Value.F64(0.0),
                new Value.Text("a\\n#\"\\\"\r\u2028\ud83d\ude00"),
                new Value.Array(List.of(Value.Nil.NIL)),
                new Value.Text("unused")),
            List.of(),
            List.of(
                new PluginFunction(
                    "main",
                    2,
                    1,
                    List.of(
                        Instruction.of(Opcode.CONST, 0, 2, 0),
                        Instruction.of(Opcode.JUMP_IF, 0, 0, 0),
                        Instruction.of(Opcode.RET, 0, 0, 0)),
                    SourceLines.of(9, SourceLines.NONE, 3)),
                new PluginFunction(
                    "two", 1, 0, List.of(Instruction.of(Opcode.RET, 0, 0, 0)), SourceLines.EMPTY)),
            new TreeMap<>(Map.of("main", 0L, "two", 1L)));
    assertThat(Assembler.assemble(Disassembler.disassemble(module))).isEqualTo(module);
  }

  @Test
  void keepsLiteralsReadableAndFloatsFloats() {
    PluginModule module = body("const r0, 2.0", "const r1, \"a\\nb\"", "ret r0");
    String text = Disassembler.disassemble(module);
    assertThat(text).contains("const r0, 2.0\n").contains("const r1, \"a\\nb\"\n");
    assertThat(Assembler.assemble(text)).isEqualTo(module);
  }

  @Test
  void refusesToDisassembleWhatHasNoText() {
    PluginModule module =
        new PluginModule(
            "m",
            List.of(),
            List.of(),
            List.of(new PluginFunction("a b", 1, 0, List.of(), SourceLines.EMPTY)),
            new TreeMap<>());
    assertThatThrownBy(() -> Disassembler.disassemble(module))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("cannot be written as assembly text");
  }
}

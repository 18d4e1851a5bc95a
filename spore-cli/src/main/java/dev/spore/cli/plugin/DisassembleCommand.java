package dev.spore.cli.plugin;

import dev.spore.plugin.asm.Disassembler;
import java.nio.charset.StandardCharsets;

/** {@code spore plugin disassemble}. */
final class DisassembleCommand implements PluginCommand {
  @Override
  public Flags flags() {
    return new Flags("disassemble")
        .word("MODULE")
        .value("--out", "FILE", "where the text goes; standard output if not given");
  }

  @Override
  public String summary() {
    return """
    Writes a module as assembly text (.casm) that assembles to the same module, bit for bit.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore plugin disassemble plugin.cmod
      spore plugin disassemble plugin.cmod --out plugin.casm

    What plain assembly cannot say takes forms that original assemblers do not read: .constant,
    .line and .unmapped (docs/plugins.md).
    """;
  }

  @Override
  public int execute(Arguments arguments, Console console) {
    String text = Disassembler.disassemble(PluginFiles.module(console, arguments.word(0)));
    String out = arguments.value("--out");
    if (out == null) {
      console.print(text);
    } else {
      PluginFiles.write(console, out, text.getBytes(StandardCharsets.UTF_8));
      console.print("wrote " + out + "\n");
    }
    return 0;
  }
}

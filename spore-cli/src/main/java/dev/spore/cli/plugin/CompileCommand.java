package dev.spore.cli.plugin;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.asm.CasmText;
import dev.spore.plugin.lang.Compiler;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.module.PluginModule;
import java.nio.charset.StandardCharsets;

/** {@code spore plugin compile}. */
final class CompileCommand implements PluginCommand {
  @Override
  public Flags flags() {
    return new Flags("compile")
        .word("SOURCE")
        .required("--out", "FILE", "where the module goes")
        .value("--emit", "FORM", "binary (default): a .cmod file; casm: text to read");
  }

  @Override
  public String summary() {
    return """
    Compiles a source in the plugin language, whatever its file is called, and verifies it.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore plugin compile plugin.chr --out plugin.cmod
      spore plugin compile plugin.chr --emit casm --out plugin.casm

    The text of --emit casm is the original's, to be read; it does not always assemble to the same
    module. spore plugin disassemble gives text that does.
    """;
  }

  @Override
  public int execute(Arguments arguments, Console console) {
    String emit = arguments.value("--emit");
    boolean casm = "casm".equals(emit);
    if (emit != null && !casm && !emit.equals("binary")) {
      throw arguments.invalid("--emit '" + emit + "': binary or casm is needed");
    }
    String name = arguments.word(0);
    String source = PluginFiles.text(console, "source", name, PluginLimits.SOURCE_CHARS_MAX);
    PluginModule module = Compiler.compile(source);
    byte[] output =
        casm ? CasmText.render(module).getBytes(StandardCharsets.UTF_8) : Cmod.encode(module);
    String out = arguments.required("--out");
    PluginFiles.write(console, out, output);
    console.print("wrote " + out + "\n");
    return 0;
  }
}

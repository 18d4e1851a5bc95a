package dev.spore.cli.plugin;

import dev.spore.plugin.module.Cmod;

/** {@code spore plugin assemble}. */
final class AssembleCommand implements PluginCommand {
  @Override
  public Flags flags() {
    return new Flags("assemble").word("MODULE").required("--out", "FILE", "where the module goes");
  }

  @Override
  public String summary() {
    return """
    Writes a module in its binary form (.cmod). The module may be assembly text (.casm), a source
    (.chr), JSON or binary already; it is verified.
    """;
  }

  @Override
  public String details() {
    return """
    Examples:
      spore plugin assemble plugin.casm --out plugin.cmod
    """;
  }

  @Override
  public int execute(Arguments arguments, Console console) {
    byte[] binary = Cmod.encode(PluginFiles.module(console, arguments.word(0)));
    String out = arguments.required("--out");
    PluginFiles.write(console, out, binary);
    console.print("wrote " + out + "\n");
    return 0;
  }
}

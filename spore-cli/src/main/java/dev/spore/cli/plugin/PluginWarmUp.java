package dev.spore.cli.plugin;

import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Goes through the commands once, for the training of the JVM's AOT cache. */
public final class PluginWarmUp {
  private static final String SOURCE =
      """
      module warm
      cap log.print@1(any...) -> nil
      fn twice(x)
        return x + x
      end
      fn main
        let i = 0
        while i < 100
          let i = i + 1
        end
        print("warm", [twice(i), 1.5, true, nil])
        return "done"
      end
      """;

  private static final String POLICY = "[capabilities.\"log.print@1\"]\ndecision = \"grant\"\n";

  private static final List<String> LINES =
      List.of(
          "--help",
          "run --help",
          "verify m.chr",
          "compile m.chr --out m.cmod",
          "disassemble m.cmod --out m.casm",
          "assemble m.casm --out m.cmod",
          "negotiate m.cmod --policy p.toml",
          "run m.chr --policy p.toml",
          "run m.cmod --policy p.toml --max-instructions 50",
          "run m.casm --policy p.toml --json",
          "trace m.cmod --policy p.toml --out m.ctrace",
          "run nothing.cmod --policy p.toml",
          "run --policy");

  private PluginWarmUp() {}

  /**
   * Runs every line in a directory, which it fills.
   *
   * @throws IOException if the directory cannot be written
   */
  public static void run(Path directory) throws IOException {
    Files.writeString(directory.resolve("m.chr"), SOURCE);
    Files.writeString(directory.resolve("p.toml"), POLICY);
    OutputStream nowhere = OutputStream.nullOutputStream();
    PrintStream silence = new PrintStream(nowhere, true, StandardCharsets.UTF_8);
    for (String line : LINES) {
      Console console = new Console(directory, InputStream.nullInputStream(), nowhere, silence);
      try {
        PluginCommands.execute(List.of(line.split(" ")), console);
      } catch (SporeException usage) {
        console.say(String.valueOf(usage.getMessage()));
      }
    }
  }
}

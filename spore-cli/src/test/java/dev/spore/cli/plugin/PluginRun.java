package dev.spore.cli.plugin;

import dev.spore.vmm.SporeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What a command line of {@code spore plugin} did. */
record PluginRun(int exit, String out, String err) {
  static PluginRun in(Path directory, String... args) {
    return in(directory, "", List.of(args));
  }

  static PluginRun in(Path directory, String stdin, List<String> args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            directory,
            new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8));
    int exit;
    try {
      exit = PluginCommands.execute(args, console);
    } catch (SporeException e) {
      exit = e.code().exitStatus();
      console.say("spore: " + e.getMessage());
    }
    return new PluginRun(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}

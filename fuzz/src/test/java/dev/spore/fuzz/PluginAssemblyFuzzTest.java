package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.SourceException;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.asm.Disassembler;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.policy.HostRegistry;
import dev.spore.plugin.policy.Policy;
import dev.spore.plugin.run.Interpreter;
import dev.spore.plugin.run.LiveCapabilities;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Any text is a module, which disassembles to itself and runs within its limits, or is refused. */
final class PluginAssemblyFuzzTest {
  private static final RunLimits LIMITS = new RunLimits(2_000L, 50L, 100L, 100L, 1 << 20);

  @FuzzTest(maxDuration = "1m")
  void assemble(byte[] bytes) {
    PluginModule module;
    Program program;
    try {
      module = Assembler.assemble(new String(bytes, StandardCharsets.UTF_8));
      program = Program.of(module);
    } catch (PluginException refused) {
      return;
    }
    Interpreter.run(
        program,
        "main",
        LIMITS,
        new LiveCapabilities(new Policy(Map.of()), new HostRegistry()),
        null);
    String text;
    try {
      text = Disassembler.disassemble(module);
    } catch (SourceException hasNoText) {
      return;
    }
    if (!Assembler.assemble(text).equals(module)) {
      throw new AssertionError("a module does not read back from its assembly text");
    }
  }
}

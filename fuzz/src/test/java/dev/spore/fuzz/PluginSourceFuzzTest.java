package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.asm.CasmText;
import dev.spore.plugin.lang.Compiler;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.module.PluginModule;
import java.nio.charset.StandardCharsets;

/** Any text is a module that has all its forms, or is refused. */
final class PluginSourceFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void compile(byte[] bytes) {
    PluginModule module;
    try {
      module = Compiler.compile(new String(bytes, StandardCharsets.UTF_8));
    } catch (PluginException refused) {
      return;
    }
    if (CasmText.render(module).isEmpty()) {
      throw new AssertionError("a compiled module has no text");
    }
    if (!Cmod.decode(Cmod.encode(module)).equals(module)) {
      throw new AssertionError("a compiled module does not read back");
    }
  }
}

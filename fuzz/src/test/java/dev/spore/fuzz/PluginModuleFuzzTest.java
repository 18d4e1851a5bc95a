package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.module.Cmod;
import dev.spore.plugin.module.ModuleJson;
import dev.spore.plugin.module.PluginModule;
import java.util.Arrays;

/**
 * Any bytes are a module of a plugin, which then reads back from both its forms, or are refused.
 */
final class PluginModuleFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void binary(byte[] bytes) {
    try {
      writeAgain(Cmod.decode(bytes));
    } catch (PluginException refused) {
      return;
    }
  }

  @FuzzTest(maxDuration = "1m")
  void json(byte[] bytes) {
    try {
      writeAgain(ModuleJson.decode(bytes));
    } catch (PluginException refused) {
      return;
    }
  }

  private static void writeAgain(PluginModule module) {
    byte[] binary = Cmod.encode(module);
    if (!Arrays.equals(Cmod.encode(Cmod.decode(binary)), binary)) {
      throw new AssertionError("a module does not read back from its binary form");
    }
  }
}

package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.plugin.PolicyFileException;
import dev.spore.plugin.policy.PolicyFile;
import java.nio.charset.StandardCharsets;

/** Any text is a policy or is refused. */
final class PluginPolicyFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void parse(byte[] bytes) {
    try {
      PolicyFile.parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (PolicyFileException refused) {
      return;
    }
  }
}

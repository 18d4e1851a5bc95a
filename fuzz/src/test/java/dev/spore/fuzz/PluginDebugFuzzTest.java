package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.debug.DebugCommand;
import dev.spore.plugin.debug.DebugException;
import dev.spore.plugin.debug.DebugSession;
import dev.spore.plugin.trace.TraceFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Any lines are commands of a debugger, or are refused and leave it where it was. */
final class PluginDebugFuzzTest {
  private static final byte[] TRACE = trace();

  private static byte[] trace() {
    try (InputStream in =
        Objects.requireNonNull(
            PluginDebugFuzzTest.class.getResourceAsStream(
                "PluginTraceFuzzTestInputs/json/calls.ctrace"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FuzzTest(maxDuration = "1m")
  void commands(byte[] bytes) {
    StringBuilder shown = new StringBuilder();
    try (DebugSession session =
        new DebugSession(
            TraceFile.of(TRACE), (_, content) -> content.accept((_, _, _) -> {}), shown::append)) {
      session.start();
      for (String line : DebugCommand.split(new String(bytes, StandardCharsets.UTF_8))) {
        long before = session.current();
        try {
          if (!session.run(line)) {
            return;
          }
        } catch (DebugException | PluginException refused) {
          if (session.current() != before) {
            throw new AssertionError("a refused command moved the debugger", refused);
          }
        }
        shown.setLength(0);
      }
    }
  }
}

package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.debug.Navigator;
import dev.spore.plugin.inspect.Inspection;
import dev.spore.plugin.replay.Audit;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceSlice;
import java.io.ByteArrayOutputStream;

/** Any bytes are a trace, which can be looked at in every way, or are refused. */
final class PluginTraceFuzzTest {
  @FuzzTest(maxDuration = "1m")
  void json(byte[] bytes) {
    TraceFile trace = TraceFile.of(bytes);
    try {
      trace.summary();
    } catch (PluginException refused) {
      return;
    }
    Audit audit = Audit.of(trace);
    if (audit.text().isEmpty() || audit.json().isEmpty()) {
      throw new AssertionError("an audit says nothing");
    }
    StringBuilder lines = new StringBuilder();
    Inspection.of(trace, lines::append);
    long events = trace.summary().events();
    if (events > 0) {
      walk(trace, events);
      slice(trace, events);
    }
  }

  private static void walk(TraceFile trace, long events) {
    try (Navigator navigator = new Navigator(trace)) {
      for (long i = events - 1; i >= 0; i -= 1 + events / 8) {
        if (navigator.frames(i).isEmpty() || navigator.state(i).event() == null) {
          throw new AssertionError("an event happened nowhere");
        }
      }
    }
  }

  private static void slice(TraceFile trace, long events) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TraceSlice.write(trace, events / 2, events - 1, out::write);
    if (TraceFile.of(out.toByteArray()).summary().events() != events - events / 2) {
      throw new AssertionError("a slice does not hold its events");
    }
  }
}

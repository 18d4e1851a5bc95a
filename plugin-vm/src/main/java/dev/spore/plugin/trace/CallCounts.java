package dev.spore.plugin.trace;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.value.Utf8;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts capability calls by id while events go by. */
final class CallCounts {
  private final SortedMap<String, TraceSummary.Calls> calls = new TreeMap<>(Utf8.ORDER);

  void add(TraceEvent event) {
    CapabilityCall call = event.capability();
    if (call == null) {
      return;
    }
    if (calls.size() == PluginLimits.TRACE_CAPABILITIES_MAX && !calls.containsKey(call.id())) {
      throw new DecodeException(
          "a trace names more than " + PluginLimits.TRACE_CAPABILITIES_MAX + " capabilities");
    }
    calls.merge(
        call.id(),
        TraceSummary.Calls.NONE.and(call.answer()),
        (known, _) -> known.and(call.answer()));
  }

  SortedMap<String, TraceSummary.Calls> calls() {
    return calls;
  }
}

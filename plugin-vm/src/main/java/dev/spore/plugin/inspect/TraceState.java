package dev.spore.plugin.inspect;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.RunException;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.trace.RegisterChange;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.value.Value;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the events up to one of them add up to, as the original shows it: the last value each
 * register number got in whichever frame.
 */
public final class TraceState {
  private final SortedMap<Long, Value> registers;
  private long bytes;
  private @Nullable CapabilityCall lastCall;
  private @Nullable TraceEvent event;

  /** Before the first event. */
  public TraceState() {
    registers = new TreeMap<>(Long::compareUnsigned);
  }

  private TraceState(TraceState other) {
    registers = new TreeMap<>(other.registers);
    bytes = other.bytes;
    lastCall = other.lastCall;
    event = other.event;
  }

  /** A state that goes its own way from here. */
  public TraceState copy() {
    return new TraceState(this);
  }

  /**
   * Goes on to the next event.
   *
   * @throws RunException if the registers would hold more than {@link
   *     PluginLimits#TRACE_STATE_BYTES_MAX}
   */
  public void apply(TraceEvent next) {
    for (RegisterChange change : next.changes()) {
      Value old = registers.put(change.register(), change.value());
      bytes += size(change.value()) - (old == null ? 0 : size(old));
      if (bytes > PluginLimits.TRACE_STATE_BYTES_MAX) {
        throw new RunException(
            RunException.Family.LIMIT,
            "registers of a trace exceeded max " + PluginLimits.TRACE_STATE_BYTES_MAX + " bytes");
      }
    }
    if (next.capability() != null) {
      lastCall = next.capability();
    }
    event = next;
  }

  private static long size(Value value) {
    return PluginLimits.FRAME_BYTES + value.extraBytes();
  }

  /** By number, in its order. */
  public SortedMap<Long, Value> registers() {
    return Collections.unmodifiableSortedMap(registers);
  }

  /** The last call of a capability that succeeded. */
  public @Nullable CapabilityCall lastCall() {
    return lastCall;
  }

  /** The event it comes after; null before the first. */
  public @Nullable TraceEvent event() {
    return event;
  }
}

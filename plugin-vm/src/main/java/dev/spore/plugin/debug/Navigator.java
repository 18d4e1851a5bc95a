package dev.spore.plugin.debug;

import dev.spore.plugin.RunException;
import dev.spore.plugin.inspect.TraceState;
import dev.spore.plugin.trace.TraceCursor;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceSummary;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The states of a trace, in any order and in bounded memory: states are kept at some places, the
 * others are made from the nearest one before. One thread.
 */
public final class Navigator implements AutoCloseable {
  private static final int KEPT_STATES = 64;

  /** Registers and frames of all kept states together; the largest state is not kept. */
  private static final long KEPT_WEIGHT = 1 << 20;

  /** Events between kept states at first; doubles as often as there are too many. */
  private static final long FIRST_STRIDE = 512;

  /** After an event. */
  private record Kept(TraceState state, FrameStack frames) {
    Kept copy() {
      return new Kept(state.copy(), frames.copy());
    }

    long weight() {
      return state.registers().size() + frames.weight();
    }
  }

  private final TraceFile trace;
  private final TraceSummary summary;
  private final TreeMap<Long, Kept> kept = new TreeMap<>();
  private long stride = FIRST_STRIDE;
  private Kept now;

  /** Index of the event that {@link #now} comes after; -1 before the first. */
  private long index = -1;

  private @Nullable TraceCursor ahead;

  /**
   * Over a trace, which must not change.
   *
   * @throws dev.spore.plugin.DecodeException if it is none
   */
  public Navigator(TraceFile trace) {
    this.trace = trace;
    this.summary = trace.summary();
    this.now = start();
  }

  private Kept start() {
    return new Kept(new TraceState(), new FrameStack(summary));
  }

  /** All of the trace but its events. */
  public TraceSummary summary() {
    return summary;
  }

  TraceFile trace() {
    return trace;
  }

  /**
   * What the events up to one add up to, registers by number alone, as the original shows them.
   *
   * @throws RunException if there is no such event
   */
  public TraceState state(long event) {
    go(event);
    return now.state;
  }

  /**
   * The frames open after an event, the entry's first; the last is that of the event.
   *
   * @throws RunException if there is no such event
   */
  public List<Frame> frames(long event) {
    go(event);
    return now.frames.frames();
  }

  /** The frame of an event. */
  Frame frame(long event) {
    go(event);
    return now.frames.top();
  }

  int depth(long event) {
    go(event);
    return now.frames.depth();
  }

  /**
   * One event.
   *
   * @throws RunException if there is no such event
   */
  public TraceEvent event(long event) {
    if (event == index) {
      return Objects.requireNonNull(now.state.event());
    }
    check(event);
    try (TraceCursor cursor = trace.events(event)) {
      return Objects.requireNonNull(cursor.next());
    }
  }

  private void check(long event) {
    if (Long.compareUnsigned(event, summary.events()) >= 0) {
      throw new RunException(
          RunException.Family.RUNTIME,
          "event index " + Long.toUnsignedString(event) + " out of bounds");
    }
  }

  private void go(long target) {
    check(target);
    if (target < index) {
      Map.Entry<Long, Kept> before = kept.floorEntry(target);
      now = before == null ? start() : before.getValue().copy();
      index = before == null ? -1 : before.getKey();
      leave();
    }
    TraceCursor cursor = ahead;
    if (cursor == null) {
      cursor = trace.events(index + 1);
      ahead = cursor;
    }
    while (index < target) {
      TraceEvent event = Objects.requireNonNull(cursor.next());
      index++;
      now.state.apply(event);
      now.frames.apply(event, index);
      if (index % stride == 0 && !kept.containsKey(index)) {
        keep();
      }
    }
  }

  private void keep() {
    if (now.weight() > KEPT_WEIGHT / 2) {
      return;
    }
    kept.put(index, now.copy());
    while (kept.size() > KEPT_STATES
        || kept.values().stream().mapToLong(Kept::weight).sum() > KEPT_WEIGHT) {
      stride *= 2;
      kept.keySet().removeIf(at -> at % stride != 0);
      if (kept.size() == 1) {
        kept.clear();
      }
    }
  }

  private void leave() {
    if (ahead != null) {
      ahead.close();
      ahead = null;
    }
  }

  @Override
  public void close() {
    leave();
  }
}

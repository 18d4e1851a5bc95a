package dev.spore.plugin.debug;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Where a debugger stops, and the ways from one stop to another. */
final class Stops {
  /** Events searched at once on the way back. */
  private static final long BLOCK = 4096;

  /** Whether an event is what is looked for. */
  private interface Wanted {
    boolean is(TraceEvent event, Frame frame, int depth);
  }

  private final Navigator navigator;
  private final Consumer<String> out;
  private final List<Stop> stops = new ArrayList<>();

  Stops(Navigator navigator, Consumer<String> out) {
    this.navigator = navigator;
    this.out = out;
  }

  void add(Stop stop) {
    if (stops.size() == PluginLimits.DEBUG_STOPS_MAX) {
      throw new DebugException(
          "there are " + stops.size() + " stops already; delete one to set another");
    }
    stops.add(stop);
    out.accept("stop " + stops.size() + ": " + stop.text());
  }

  void watch(long current, long register) {
    add(new Stop.AtChange(navigator.frame(current).id(), register));
  }

  void delete(long number) {
    if (number < 1 || number > stops.size()) {
      throw new DebugException("there is no stop " + Long.toUnsignedString(number));
    }
    out.accept("deleted: " + stops.remove((int) number - 1).text());
  }

  void list() {
    if (stops.isEmpty()) {
      out.accept("stops: <none>");
      return;
    }
    for (int i = 0; i < stops.size(); i++) {
      out.accept("stop " + (i + 1) + ": " + stops.get(i).text());
    }
  }

  private boolean atStop(TraceEvent event, Frame frame) {
    return stops.stream().anyMatch(stop -> stop.is(event, frame));
  }

  /** The first stop after an event, or the last event. */
  long after(long current) {
    return forward(current, (event, frame, _) -> atStop(event, frame), "no stop until the end");
  }

  /** The next event of this frame or of one around it, or the last event. */
  long over(long current) {
    int depth = navigator.depth(current);
    return forward(current, (_, _, inner) -> inner <= depth, "no event after this one");
  }

  /** The event of the call that opened this frame, or the last event. */
  long out(long current) {
    int depth = navigator.depth(current);
    return forward(current, (_, _, inner) -> inner < depth, "nothing called this frame");
  }

  private long forward(long current, Wanted wanted, String none) {
    long last = navigator.summary().events() - 1;
    for (long i = current + 1; i <= last; i++) {
      if (is(wanted, i)) {
        return i;
      }
    }
    out.accept(none);
    return last;
  }

  private boolean is(Wanted wanted, long index) {
    Frame frame = navigator.frame(index);
    return wanted.is(navigator.event(index), frame, navigator.depth(index));
  }

  /** The last stop before an event, or the first event. */
  long before(long current) {
    for (long end = current; end > 0; end = Math.max(0, end - BLOCK)) {
      long found = -1;
      for (long i = Math.max(0, end - BLOCK); i < end; i++) {
        if (is((event, frame, _) -> atStop(event, frame), i)) {
          found = i;
        }
      }
      if (found >= 0) {
        return found;
      }
    }
    out.accept("no stop until the start");
    return 0;
  }
}

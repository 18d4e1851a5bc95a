package dev.spore.plugin.debug;

import dev.spore.plugin.inspect.EventText;
import dev.spore.plugin.inspect.TraceState;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.trace.RegisterChange;
import dev.spore.plugin.trace.TraceCursor;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.trace.TraceSlice;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.Values;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/** What a debugger tells, line by line. */
final class Views {
  /** Events around the current one that {@code source} shows, on each side. */
  private static final long WINDOW = 2;

  private final Navigator navigator;
  private final Consumer<String> out;

  Views(Navigator navigator, Consumer<String> out) {
    this.navigator = navigator;
    this.out = out;
  }

  /** Visits an event and its index. */
  private interface Visitor {
    void visit(long index, TraceEvent event);
  }

  private void each(long from, long to, Visitor visitor) {
    try (TraceCursor events = navigator.trace().events(from)) {
      for (long i = from; i <= to; i++) {
        TraceEvent event = events.next();
        if (event == null) {
          return;
        }
        visitor.visit(i, event);
      }
    }
  }

  void show(long index) {
    TraceEvent event = navigator.event(index);
    out.accept(
        "[%d/%d] %s"
            .formatted(index, navigator.summary().events() - 1, EventText.withChecksum(event)));
    if (event.capability() != null) {
      out.accept("cap " + EventText.call(event.capability()));
    }
    event.changes().forEach(change -> out.accept(EventText.change(change)));
    if (event.error() != null) {
      out.accept("error: " + event.error());
    }
  }

  void state(long index) {
    TraceState state = navigator.state(index);
    TraceEvent event = navigator.event(index);
    out.accept("state #%d %s".formatted(index, EventText.place(event)));
    registers(index);
    CapabilityCall call = state.lastCall();
    if (call != null) {
      out.accept("last capability: " + EventText.call(call));
    }
    if (event.error() != null) {
      out.accept("error: " + event.error());
    }
  }

  void registers(long index) {
    registers(navigator.state(index).registers());
  }

  private void registers(SortedMap<Long, Value> registers) {
    if (registers.isEmpty()) {
      out.accept("registers: <empty>");
      return;
    }
    out.accept("registers:");
    registers.forEach((number, value) -> out.accept("  " + EventText.register(number, value)));
  }

  void calls(long index) {
    boolean[] any = new boolean[1];
    each(
        0,
        index,
        (at, event) -> {
          if (event.capability() != null) {
            any[0] = true;
            out.accept("#" + at + " " + EventText.callWithArguments(event.capability()));
          }
        });
    if (!any[0]) {
      out.accept("capabilities: <none yet>");
    }
  }

  void diff(long from, long to) {
    TraceState before = navigator.state(from).copy();
    TraceState after = navigator.state(to).copy();
    String left = navigator.event(from).function();
    String right = navigator.event(to).function();
    long low = Math.min(from, to);
    long high = Math.max(from, to);
    out.accept(
        "diff %d -> %d function %s -> %s checksums=%d"
            .formatted(from, to, left, right, high - low + 1));
    if (!left.equals(right)) {
      out.accept("entered function: " + right);
      out.accept("exited function: " + left);
    }
    changes(before.registers(), after.registers());
    boolean[] any = new boolean[1];
    each(
        low,
        high,
        (_, event) -> {
          if (event.capability() != null) {
            if (!any[0]) {
              out.accept("capability calls:");
            }
            any[0] = true;
            out.accept("  " + EventText.call(event.capability()));
          }
        });
    if (!any[0]) {
      out.accept("capability calls: <none>");
    }
  }

  private void changes(SortedMap<Long, Value> before, SortedMap<Long, Value> after) {
    SortedSet<Long> numbers = new TreeSet<>(Long::compareUnsigned);
    numbers.addAll(before.keySet());
    numbers.addAll(after.keySet());
    boolean any = false;
    for (long number : numbers) {
      Value left = before.get(number);
      Value right = after.get(number);
      // A register that was never set differs from one that was set to nil.
      if (left == null || right == null || !Values.same(left, right)) {
        if (!any) {
          out.accept("changed registers:");
        }
        any = true;
        out.accept("  " + EventText.register(number, right == null ? Value.Nil.NIL : right));
      }
    }
    if (!any) {
      out.accept("changed registers: <none>");
    }
  }

  void slice(long from, long to) {
    long checksum = TraceSlice.checksum(navigator.trace(), from, to);
    out.accept(
        "slice %d..=%d events=%d checksum=%s"
            .formatted(from, to, to - from + 1, Long.toUnsignedString(checksum)));
    each(
        from,
        to,
        (index, event) ->
            out.accept(
                "  #%d %s changes=%d%s"
                    .formatted(
                        index,
                        EventText.withOpcode(event),
                        event.changes().size(),
                        event.capability() == null ? "" : " cap=" + event.capability().id())));
  }

  void why(long index) {
    TraceEvent event = navigator.event(index);
    out.accept("why #%d: %s".formatted(index, EventText.withChecksum(event)));
    if (index > 0) {
      TraceEvent previous = navigator.event(index - 1);
      out.accept("previous: #%d %s".formatted(index - 1, EventText.withOpcode(previous)));
    }
    if (event.changes().isEmpty()) {
      out.accept("changed registers: <none>");
    } else {
      out.accept("changed registers:");
      for (RegisterChange change : event.changes()) {
        out.accept("  " + EventText.change(change));
      }
    }
    if (event.capability() != null) {
      out.accept("capability: " + EventText.callWithArguments(event.capability()));
    }
    if (event.error() != null) {
      out.accept("error: " + event.error());
    }
  }

  void source(long index) {
    out.accept(EventText.withOpcode(navigator.event(index)));
    long last = navigator.summary().events() - 1;
    each(
        Math.max(0, index - WINDOW),
        Math.min(last, index + WINDOW),
        (at, event) ->
            out.accept(
                "%s #%d %s".formatted(at == index ? ">" : " ", at, EventText.withOpcode(event))));
  }

  void frames(long index) {
    List<Frame> frames = navigator.frames(index);
    for (int level = 0; level < frames.size(); level++) {
      Frame frame = frames.get(frames.size() - 1 - level);
      out.accept(
          "%d: frame %d %s registers=%d"
              .formatted(level, frame.id(), frame.function(), frame.registers().size()));
    }
  }

  void frame(long index, long level) {
    List<Frame> frames = navigator.frames(index);
    if (Long.compareUnsigned(level, frames.size()) >= 0) {
      throw new DebugException(
          "there is no frame at level " + Long.toUnsignedString(level) + "; see frames");
    }
    Frame frame = frames.get(frames.size() - 1 - (int) level);
    out.accept("frame %d %s".formatted(frame.id(), frame.function()));
    registers(frame.registers());
  }
}

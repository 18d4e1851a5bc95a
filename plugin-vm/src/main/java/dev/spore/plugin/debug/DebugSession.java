package dev.spore.plugin.debug;

import dev.spore.plugin.inspect.EventText;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.trace.TraceFile;
import dev.spore.plugin.trace.TraceSlice;
import dev.spore.plugin.trace.TraceSummary;
import java.util.List;
import java.util.function.Consumer;

/**
 * A debugger over one trace: it has a current event, and a command moves it or tells something. One
 * thread.
 */
public final class DebugSession implements AutoCloseable {
  /** What a reader of commands from a terminal shows before each. */
  public static final String PROMPT = "chronicle-debug> ";

  private static final String COMMANDS =
      "commands: next, prev, back N, forward N, jump N, state, regs, caps, diff A B, slice A B,"
          + " export-slice A B --out file, why, event, source, help, quit";
  private static final List<String> MORE =
      List.of(
          "frames, frame [LEVEL]: open frames, registers of one",
          "break FUNCTION [PC], break line N, break op NAME, break cap [ID], break error,"
              + " watch rN: stops",
          "stops, delete NUMBER",
          "continue, reverse-continue: to the next stop in either direction",
          "over: past what this frame calls; out: to the call this frame answers");

  private final Navigator navigator;
  private final TraceSummary summary;
  private final SliceStore store;
  private final Consumer<String> out;
  private final Stops stops;
  private final Views views;
  private long current;

  /**
   * Over a trace, which must not change.
   *
   * @param store gets exported slices
   * @param out gets line after line, without their ends
   * @throws dev.spore.plugin.DecodeException if the bytes are no trace
   */
  public DebugSession(TraceFile trace, SliceStore store, Consumer<String> out) {
    this.navigator = new Navigator(trace);
    this.summary = navigator.summary();
    this.store = store;
    this.out = out;
    this.stops = new Stops(navigator, out);
    this.views = new Views(navigator, out);
  }

  /** Tells where it is; whether there is anything to debug. */
  public boolean start() {
    if (summary.events() == 0) {
      out.accept("trace has no events");
      return false;
    }
    header();
    views.show(current);
    return true;
  }

  private void header() {
    out.accept(
        "debugging module %s entry %s: %d events checksum %s"
            .formatted(
                summary.module().name(),
                summary.entry(),
                summary.events(),
                Long.toUnsignedString(summary.checksum())));
    out.accept(COMMANDS);
  }

  /** Index of the current event. */
  public long current() {
    return current;
  }

  Navigator navigator() {
    return navigator;
  }

  /**
   * Follows a line; a blank one does nothing.
   *
   * @return whether the session goes on
   * @throws DebugException if it cannot be followed; the current event stays
   * @throws dev.spore.plugin.RunException if it names events that are not there
   */
  public boolean run(String line) {
    if (line.isBlank()) {
      return true;
    }
    switch (DebugCommand.parse(line)) {
      case DebugCommand.Word word -> {
        return word(word);
      }
      case DebugCommand.Forward(long amount) -> move(forward(amount));
      case DebugCommand.Back(long amount) ->
          move(Long.compareUnsigned(amount, current) > 0 ? 0 : current - amount);
      case DebugCommand.Jump(long index) -> jump(index);
      case DebugCommand.Diff(long from, long to) -> views.diff(from, to);
      case DebugCommand.Slice(long from, long to) -> views.slice(from, to);
      case DebugCommand.Export(long from, long to, String path) -> export(from, to, path);
      case DebugCommand.ShowFrame(long level) -> views.frame(current, level);
      case DebugCommand.Break(Stop stop) -> stops.add(stop);
      case DebugCommand.Watch(long register) -> stops.watch(current, register);
      case DebugCommand.Delete(long number) -> stops.delete(number);
      case DebugCommand.Unknown(String word) ->
          out.accept("unknown command " + word + "; try help");
    }
    return true;
  }

  private boolean word(DebugCommand.Word word) {
    switch (word) {
      case STATE -> views.state(current);
      case REGISTERS -> views.registers(current);
      case CALLS -> views.calls(current);
      case WHY -> views.why(current);
      case EVENT -> out.accept(EventText.pretty(navigator.event(current)));
      case SOURCE -> views.source(current);
      case HELP -> header();
      case MORE -> MORE.forEach(out);
      case FRAMES -> views.frames(current);
      case STOPS -> stops.list();
      case CONTINUE -> move(stops.after(current));
      case REVERSE -> move(stops.before(current));
      case OVER -> move(stops.over(current));
      case OUT -> move(stops.out(current));
      case QUIT -> {
        return false;
      }
    }
    return true;
  }

  private long forward(long amount) {
    long last = summary.events() - 1;
    return Long.compareUnsigned(amount, last - current) > 0 ? last : current + amount;
  }

  private void jump(long index) {
    if (Long.compareUnsigned(index, summary.events()) >= 0) {
      throw new DebugException("event index " + Long.toUnsignedString(index) + " out of bounds");
    }
    move(index);
  }

  private void move(long index) {
    current = index;
    views.show(index);
  }

  private void export(long from, long to, String path) {
    // Before a file is made.
    long checksum = TraceSlice.checksum(navigator.trace(), from, to);
    store.write(path, sink -> TraceSlice.write(navigator.trace(), from, to, sink));
    out.accept(
        "exported %d events %d..=%d to %s checksum %s"
            .formatted(to - from + 1, from, to, path, Long.toUnsignedString(checksum)));
  }

  TraceEvent event() {
    return navigator.event(current);
  }

  @Override
  public void close() {
    navigator.close();
  }
}

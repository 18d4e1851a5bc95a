package dev.spore.plugin.debug;

import dev.spore.plugin.trace.TraceEvent;

/** What {@code continue} stops at, in either direction. */
public sealed interface Stop {
  /** Whether it is this event, which happened in this frame. */
  boolean is(TraceEvent event, Frame frame);

  /** What it is, for people. */
  String text();

  /** An instruction of a function. */
  record AtPlace(String function, long pc) implements Stop {
    @Override
    public boolean is(TraceEvent event, Frame frame) {
      return event.pc() == pc && event.function().equals(function);
    }

    @Override
    public String text() {
      return function + " pc=" + Long.toUnsignedString(pc);
    }
  }

  /** Any instruction of a source line. */
  record AtLine(long line) implements Stop {
    @Override
    public boolean is(TraceEvent event, Frame frame) {
      return line >= 0 && event.sourceLine() == line;
    }

    @Override
    public String text() {
      return "line " + Long.toUnsignedString(line);
    }
  }

  /** Any instruction of a kind. */
  record AtOpcode(String opcode) implements Stop {
    @Override
    public boolean is(TraceEvent event, Frame frame) {
      return event.opcode().equals(opcode);
    }

    @Override
    public String text() {
      return "op " + opcode;
    }
  }

  /**
   * A call of a capability that succeeded.
   *
   * @param id of it, empty for any
   */
  record AtCall(String id) implements Stop {
    @Override
    public boolean is(TraceEvent event, Frame frame) {
      return event.capability() != null && (id.isEmpty() || event.capability().id().equals(id));
    }

    @Override
    public String text() {
      return id.isEmpty() ? "cap" : "cap " + id;
    }
  }

  /** Any failure. */
  record AtError() implements Stop {
    @Override
    public boolean is(TraceEvent event, Frame frame) {
      return event.error() != null;
    }

    @Override
    public String text() {
      return "error";
    }
  }

  /** A change of a register of one frame, and of no other frame. */
  record AtChange(long frame, long register) implements Stop {
    @Override
    public boolean is(TraceEvent event, Frame in) {
      return in.id() == frame
          && event.changes().stream().anyMatch(change -> change.register() == register);
    }

    @Override
    public String text() {
      return "r" + Long.toUnsignedString(register) + " of frame " + frame;
    }
  }
}

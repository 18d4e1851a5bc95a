package dev.spore.plugin.debug;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.RunException;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.trace.RegisterChange;
import dev.spore.plugin.trace.TraceEvent;
import dev.spore.plugin.trace.TraceSummary;
import dev.spore.plugin.value.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which frames are open between two events. Events do not tell: the code of the module does, since
 * a frame's next instruction follows from its last one and from its own registers. Of a trace that
 * is no run of its module, and of a slice, frames are a guess, but registers of two functions are
 * never in one frame.
 */
final class FrameStack {
  private final Map<String, PluginFunction> functions;
  private final long total;
  private final boolean whole;
  private final String entry;
  private final List<Frame> frames = new ArrayList<>();
  private long opened;
  private long registers;
  private long bytes;

  FrameStack(TraceSummary trace) {
    functions = new HashMap<>();
    trace.module().functions().forEach(each -> functions.putIfAbsent(each.name(), each));
    total = trace.events();
    whole = trace.metadata() == null || trace.metadata().slice() == null;
    Long index = trace.module().exports().get(trace.entry());
    entry =
        whole && index != null && index >= 0 && index < trace.module().functions().size()
            ? trace.module().functions().get(index.intValue()).name()
            : "";
  }

  private FrameStack(FrameStack other) {
    functions = other.functions;
    total = other.total;
    whole = other.whole;
    entry = other.entry;
    other.frames.forEach(frame -> frames.add(frame.copy()));
    opened = other.opened;
    registers = other.registers;
    bytes = other.bytes;
  }

  FrameStack copy() {
    return new FrameStack(this);
  }

  /** How much a copy takes. */
  long weight() {
    return registers + frames.size();
  }

  /** The open frames, the entry's first; the last is that of the event applied last. */
  List<Frame> frames() {
    return List.copyOf(frames);
  }

  int depth() {
    return frames.size();
  }

  /** The frame of the event applied last. */
  Frame top() {
    return frames.getLast();
  }

  /** Goes on to the event at an index; they come in order. */
  void apply(TraceEvent event, long index) {
    leaveEnded();
    Frame frame = settle(event, index);
    for (RegisterChange change : event.changes()) {
      set(frame, change.register(), change.value());
    }
    if (event.error() != null) {
      frame.end();
    } else {
      goOn(frame, event);
    }
  }

  private void leaveEnded() {
    if (!frames.isEmpty() && top().ended()) {
      close();
      if (!frames.isEmpty()) {
        top().calleeIsDone();
      }
    }
  }

  private void close() {
    Frame frame = frames.removeLast();
    registers -= frame.registers().size();
    frame.registers().values().forEach(value -> bytes -= size(value));
  }

  private static long size(Value value) {
    return PluginLimits.FRAME_BYTES + value.extraBytes();
  }

  private void set(Frame frame, long register, Value value) {
    Value old = frame.set(register, value);
    registers += old == null ? 1 : 0;
    bytes += size(value) - (old == null ? 0 : size(old));
    if (bytes > PluginLimits.TRACE_STATE_BYTES_MAX) {
      throw new RunException(
          RunException.Family.LIMIT,
          "frames of a trace exceeded max " + PluginLimits.TRACE_STATE_BYTES_MAX + " bytes");
    }
  }

  private Frame open(String function) {
    if (frames.size() == PluginLimits.TRACE_FRAMES_MAX) {
      frames.clear();
      registers = 0;
      bytes = 0;
    }
    Frame frame = new Frame(opened++, function, functions.get(function));
    frames.add(frame);
    return frame;
  }

  /** The frame an event belongs to; opens those that must have been opened before it. */
  private Frame settle(TraceEvent event, long index) {
    if (frames.isEmpty()) {
      open(entry.isEmpty() ? event.function() : entry);
      if (entry.isEmpty()) {
        top().goOn(event.pc());
      }
    }
    // Every open frame but one has an event of its own ahead.
    for (long left = total - index; frames.size() <= left + 1; ) {
      Frame frame = top();
      Instruction due = instruction(frame);
      if (due == null) {
        break;
      }
      boolean own = event.function().equals(frame.function()) && event.pc() == frame.next();
      if (due.opcode() != Opcode.CALL || frame.calleeDone()) {
        if (own) {
          return frame;
        }
        break;
      }
      if (own && event.error() != null && (!whole || frames.size() >= left)) {
        return frame;
      }
      enter(frame, due);
    }
    return guess(event);
  }

  private static @Nullable Instruction instruction(Frame frame) {
    PluginFunction code = frame.code();
    return code != null && Long.compareUnsigned(frame.next(), code.code().size()) < 0
        ? code.code().get((int) frame.next())
        : null;
  }

  private void enter(Frame caller, Instruction call) {
    Frame callee = open(call.name());
    for (int i = 0; i < call.list().size(); i++) {
      set(callee, i, caller.get(call.list().get(i)));
    }
  }

  /** The innermost frame that could have the event, or a new one. */
  private Frame guess(TraceEvent event) {
    for (int i = frames.size() - 1; i >= 0; i--) {
      Frame frame = frames.get(i);
      if (frame.function().equals(event.function()) && frame.next() == event.pc()) {
        while (frames.size() > i + 1) {
          close();
        }
        return frame;
      }
    }
    Frame frame = open(event.function());
    frame.goOn(event.pc());
    return frame;
  }

  private static void goOn(Frame frame, TraceEvent event) {
    PluginFunction code = frame.code();
    Opcode opcode = Opcode.ofText(event.opcode());
    Instruction instruction =
        code != null && Long.compareUnsigned(event.pc(), code.code().size()) < 0
            ? code.code().get((int) event.pc())
            : null;
    if (instruction == null || instruction.opcode() != opcode) {
      frame.goOn(event.pc() + 1);
      return;
    }
    switch (Objects.requireNonNull(opcode)) {
      case RET -> frame.end();
      case JUMP -> frame.goOn(instruction.a());
      case JUMP_IF -> frame.goOn(frame.truthy(instruction.a()) ? instruction.b() : event.pc() + 1);
      case CONST,
          MOVE,
          ADD,
          SUB,
          MUL,
          DIV,
          EQ,
          LT,
          CALL,
          CAP_CALL,
          ARRAY_NEW,
          ARRAY_GET,
          ARRAY_SET ->
          frame.goOn(event.pc() + 1);
    }
  }
}

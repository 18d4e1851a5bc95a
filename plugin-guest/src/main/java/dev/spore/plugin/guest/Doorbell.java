package dev.spore.plugin.guest;

import dev.spore.micro.MicroMemory;
import dev.spore.plugin.PluginException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.RunException;
import dev.spore.plugin.module.Instruction;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.run.StepSink;
import dev.spore.plugin.value.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Answers the doorbell of one run: hands events to the sink, calls capabilities, and says how the
 * run ended. All it reads is hostile; what it does not expect is a {@link GuestException}.
 */
public final class Doorbell {
  private static final int EVENTS = 1;
  private static final int CAPABILITY = 2;
  private static final int ROOM = 3;
  private static final int RETURNED = 4;
  private static final int FAILED = 5;

  /** Tags of events that carry no value. */
  private static final long NO_CHANGE = 16;

  private static final long FAILURE = 17;
  private static final long OPENED = 18;

  private final PluginModule module;
  private final RunLimits limits;
  private final @Nullable Duration wallTime;
  private final GuestLayout layout;
  private final Capabilities capabilities;
  private final @Nullable StepSink sink;
  private final MicroMemory memory;
  private final Mailbox box;

  /** A call whose frame is open. */
  private record OpenCall(int function, int pc) {}

  private final Deque<OpenCall> open = new ArrayDeque<>();

  /** What a capability answered until its step is told. */
  private @Nullable CapabilityCall answered;

  /** What a capability returned until there is room for it. */
  private @Nullable Value placing;

  /** Why a capability call failed. */
  private @Nullable PluginException refused;

  /** For a run without a limit of time, over any memory. */
  public static Doorbell over(
      MicroMemory memory,
      PluginModule module,
      RunLimits limits,
      Capabilities capabilities,
      @Nullable StepSink sink) {
    GuestLayout layout = GuestLayout.of(limits.memoryBytes(), (int) GuestProgram.bytes(module));
    return new Doorbell(module, limits, null, layout, capabilities, sink, memory);
  }

  Doorbell(
      PluginModule module,
      RunLimits limits,
      @Nullable Duration wallTime,
      GuestLayout layout,
      Capabilities capabilities,
      @Nullable StepSink sink,
      MicroMemory memory) {
    this.module = module;
    this.limits = limits;
    this.wallTime = wallTime;
    this.layout = layout;
    this.capabilities = capabilities;
    this.sink = sink;
    this.memory = memory;
    this.box = new Mailbox(memory);
  }

  /**
   * Answers it once.
   *
   * @param kind what the guest stored
   * @return how the run ended, or null if it goes on
   * @throws GuestException if the guest is not in order; then nothing is to be asked of it any more
   */
  public @Nullable Outcome ring(int kind) {
    drain();
    return switch (kind) {
      case EVENTS -> null;
      case CAPABILITY -> {
        call();
        yield null;
      }
      case ROOM -> {
        place();
        yield null;
      }
      case RETURNED -> new Outcome.Returned(reader().read(box.value()));
      case FAILED -> new Outcome.Failed(failure());
      default -> throw new GuestException("doorbell of kind " + kind);
    };
  }

  /** Ends a run in the middle of an instruction; of that no step tells, but of the calls open. */
  Outcome cutOff() {
    drain();
    PluginException failure = timeOver();
    unwind(failure);
    return new Outcome.Failed(failure);
  }

  private RunException timeOver() {
    return Failures.time(wallTime == null ? Duration.ZERO : wallTime);
  }

  private void unwind(PluginException failure) {
    while (sink != null && !open.isEmpty()) {
      OpenCall call = open.pop();
      sink.step(call.function(), call.pc(), -1, null, null, failure.getMessage());
    }
  }

  private ValueReader reader() {
    return new ValueReader(memory, limits.memoryBytes());
  }

  private PluginException failure() {
    if (box.failure() == Failures.HOST && refused != null) {
      return refused;
    }
    if (box.failure() == Failures.TIME) {
      return timeOver();
    }
    return Failures.of(box.failure(), box.operand(), box.function(), module, limits);
  }

  private void drain() {
    long events = box.events();
    if (events < 0 || events > (sink == null ? 0 : GuestLayout.RING_EVENTS)) {
      throw new GuestException(events + " events at once");
    }
    for (long i = 0; i < events; i++) {
      event(GuestLayout.RING + i * GuestLayout.EVENT_BYTES);
    }
  }

  private void event(long at) {
    int function = (int) memory.u32(at);
    int pc = (int) memory.u32(at + 4);
    Instruction instruction = instruction(function, pc);
    long tag = memory.u64(at + 8);
    Opcode opcode = instruction.opcode();
    if (opcode == Opcode.CALL && tag == OPENED) {
      if (open.size() == openMax()) {
        throw new GuestException("more calls than it may have open");
      }
      open.push(new OpenCall(function, pc));
      return;
    }
    if (opcode == Opcode.CALL
        && !open.isEmpty()
        && open.peek().equals(new OpenCall(function, pc))) {
      open.pop();
    }
    StepSink told = Objects.requireNonNull(sink);
    if (tag == FAILURE) {
      told.step(function, pc, -1, null, null, failure().getMessage());
      return;
    }
    boolean changes = opcode != Opcode.JUMP && opcode != Opcode.JUMP_IF && opcode != Opcode.RET;
    if (changes == (tag == NO_CHANGE)) {
      throw new GuestException("a step of " + opcode + " with tag " + tag);
    }
    if (!changes) {
      told.step(function, pc, -1, null, null, null);
      return;
    }
    Value value = reader().read(tag, memory.u64(at + 16));
    told.step(function, pc, (int) instruction.a(), value, answered(opcode), null);
  }

  /** Each open frame counts, so that there cannot be more of them. */
  private long openMax() {
    return limits.memoryBytes() / PluginLimits.FRAME_BYTES;
  }

  private @Nullable CapabilityCall answered(Opcode opcode) {
    if (opcode != Opcode.CAP_CALL) {
      return null;
    }
    CapabilityCall call = answered;
    answered = null;
    if (call == null) {
      throw new GuestException("a capability call that nobody answered");
    }
    return call;
  }

  private Instruction instruction(long function, long pc) {
    if (function < 0 || function >= module.functions().size()) {
      throw new GuestException("function number " + function);
    }
    List<Instruction> code = module.functions().get((int) function).code();
    if (pc < 0 || pc >= code.size()) {
      throw new GuestException("instruction number " + pc);
    }
    return code.get((int) pc);
  }

  private void call() {
    Instruction instruction = instruction(box.function(), box.pc());
    if (instruction.opcode() != Opcode.CAP_CALL || placing != null) {
      throw new GuestException("a capability call at " + instruction.opcode());
    }
    int index = index(instruction.name());
    ValueReader reader = reader(instruction.list().size());
    List<Value> args = new ArrayList<>(instruction.list().size());
    for (long register : instruction.list()) {
      args.add(reader.read(box.frame() + register * ValueObjects.SLOT_BYTES));
    }
    try {
      CapabilityCall call = capabilities.call(module.capabilities().get(index), args);
      answered = call;
      answer(call.result());
    } catch (PluginException e) {
      refused = e;
      box.fail();
    }
  }

  /** The same register may be passed many times, and each counts. */
  private ValueReader reader(int args) {
    return new ValueReader(memory, Math.max(1, args) * limits.memoryBytes());
  }

  private int index(String capability) {
    for (int i = 0; i < module.capabilities().size(); i++) {
      if (module.capabilities().get(i).id().equals(capability)) {
        return i;
      }
    }
    throw new IllegalStateException("not declared: " + capability);
  }

  private void answer(Value value) {
    int tag = ValueObjects.tag(value);
    long extra = value.extraBytes();
    if (tag < ValueObjects.TEXT) {
      box.answer(tag, new ValueObjects(ByteBuffer.allocate(0), 0, 0).write(value), 0, 0);
    } else if (extra > limits.memoryBytes()) {
      // The guest will say that it is too much; what it takes need not be known.
      box.answer(tag, 0, extra, 0);
    } else {
      placing = value;
      box.answer(tag, 0, extra, ValueObjects.bytes(value));
    }
  }

  private void place() {
    Value value = placing;
    placing = null;
    if (value == null) {
      throw new GuestException("room for nothing");
    }
    long at = box.room();
    int bytes = (int) ValueObjects.bytes(value);
    if (at % 8 != 0 || at < layout.heap() || at > layout.heapEnd() - bytes) {
      throw new GuestException("room at 0x" + Long.toHexString(at));
    }
    ByteBuffer objects = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    box.place(new ValueObjects(objects, at, 0).write(value));
    memory.put(at, objects.array());
  }
}

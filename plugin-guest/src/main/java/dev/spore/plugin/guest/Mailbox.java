package dev.spore.plugin.guest;

import dev.spore.micro.MicroMemory;
import dev.spore.plugin.run.RunLimits;
import org.jspecify.annotations.Nullable;

/**
 * What host and guest tell each other (machine.h, {@code mailbox}). What is read here is hostile.
 */
final class Mailbox {
  private static final long PROGRAM = field(0);
  private static final long ENTRY = field(1);
  private static final long INSTRUCTIONS_MAX = field(2);
  private static final long DEPTH_MAX = field(3);
  private static final long REGISTERS_MAX = field(4);
  private static final long ITEMS_MAX = field(5);
  private static final long MEMORY_MAX = field(6);
  private static final long TRACING = field(7);
  private static final long STACK = field(8);
  private static final long STACK_END = field(9);
  private static final long HEAP = field(10);
  private static final long HEAP_BYTES = field(11);
  private static final long RING = field(12);
  private static final long RING_EVENTS = field(13);
  private static final long FUNCTION = field(14);
  private static final long PC = field(15);
  private static final long FRAME = field(16);
  private static final long FAILURE = field(17);
  private static final long OPERAND = field(18);
  private static final long VALUE = field(19);
  private static final long EVENTS = field(21);
  private static final long ROOM = field(22);
  private static final long FAILED = field(23);
  private static final long ANSWER_TAG = field(24);
  private static final long ANSWER_BITS = field(25);
  private static final long EXTRA = field(26);
  private static final long BYTES = field(27);
  private static final long STOP = field(28);

  private final MicroMemory memory;

  Mailbox(MicroMemory memory) {
    this.memory = memory;
  }

  private static long field(int index) {
    return GuestLayout.BOX + (long) index * Long.BYTES;
  }

  /** All that a run is told before it begins. */
  void begin(GuestLayout layout, long entry, RunLimits limits, boolean tracing) {
    memory.putU64(PROGRAM, layout.image());
    memory.putU64(ENTRY, entry);
    memory.putU64(INSTRUCTIONS_MAX, budget(limits));
    memory.putU64(DEPTH_MAX, orNone(limits.maxCallDepth()));
    memory.putU64(REGISTERS_MAX, orNone(limits.maxRegisters()));
    memory.putU64(ITEMS_MAX, orNone(limits.maxArrayItems()));
    memory.putU64(MEMORY_MAX, limits.memoryBytes());
    memory.putU64(TRACING, tracing ? 1 : 0);
    memory.putU64(STACK, GuestLayout.VALUES);
    memory.putU64(STACK_END, layout.valuesEnd());
    memory.putU64(HEAP, layout.heap());
    memory.putU64(HEAP_BYTES, layout.heapBytes());
    memory.putU64(RING, GuestLayout.RING);
    memory.putU64(RING_EVENTS, GuestLayout.RING_EVENTS);
  }

  /** Nobody lives to see 2^63 instructions: no limit is that one. */
  static long budget(RunLimits limits) {
    Long max = limits.maxInstructions();
    return max == null || max < 0 ? Long.MAX_VALUE : max;
  }

  private static long orNone(@Nullable Long limit) {
    return limit == null ? -1 : limit;
  }

  /** Lets the guest end with a failure, within a moment. */
  void stop() {
    memory.putU64(STOP, 1);
  }

  long function() {
    return memory.u64(FUNCTION);
  }

  long pc() {
    return memory.u64(PC);
  }

  long frame() {
    return memory.u64(FRAME);
  }

  long failure() {
    return memory.u64(FAILURE);
  }

  long operand() {
    return memory.u64(OPERAND);
  }

  /** Address of the slot of what was returned. */
  long value() {
    return VALUE;
  }

  long events() {
    return memory.u64(EVENTS);
  }

  long room() {
    return memory.u64(ROOM);
  }

  /** Answers a capability call: it failed. */
  void fail() {
    memory.putU64(FAILED, 1);
  }

  /**
   * Answers a capability call.
   *
   * @param extra what the value counts beyond its register
   * @param bytes what its objects take
   */
  void answer(long tag, long bits, long extra, long bytes) {
    memory.putU64(FAILED, 0);
    memory.putU64(ANSWER_TAG, tag);
    memory.putU64(ANSWER_BITS, bits);
    memory.putU64(EXTRA, extra);
    memory.putU64(BYTES, bytes);
  }

  /** Where the objects of the answer now are. */
  void place(long bits) {
    memory.putU64(ANSWER_BITS, bits);
  }
}

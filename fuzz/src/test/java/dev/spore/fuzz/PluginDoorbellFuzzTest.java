package dev.spore.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.micro.MicroMemory;
import dev.spore.plugin.asm.Assembler;
import dev.spore.plugin.guest.Doorbell;
import dev.spore.plugin.guest.GuestException;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.Capabilities;
import dev.spore.plugin.run.CapabilityCall;
import dev.spore.plugin.run.Outcome;
import dev.spore.plugin.run.RunLimits;
import dev.spore.plugin.value.Value;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A guest that was broken into says anything at its doorbell: events, capability calls, values,
 * failures. Its host takes it for what it is or gives the guest up; it never reads elsewhere, nor
 * more than the limits allow.
 *
 * <p>An input is made of records: where it goes (0: what is stored to the doorbell, 1: the mailbox,
 * 2: the events, 3: objects), at which multiple of 8, how many bytes, and the bytes.
 */
final class PluginDoorbellFuzzTest {
  private static final long MAILBOX = 0x200000;
  private static final long EVENTS = 0x40000;
  private static final long OBJECTS = 0x201000;
  private static final int MEMORY_BYTES = 0xc00000;
  private static final int WRITABLE_BYTES = 255 * 8 + 255;
  private static final int RINGS_MAX = 16;

  private static final PluginModule MODULE =
      Assembler.assemble(
          """
          .module "m"
          .cap give@1(any...) -> any
          .fn main r3
            const r0, "text"
            array_new r1, r0, r0
            cap_call r2, give@1, r0, r1
            call r2, other
            jump_if r2, 0
            ret r2
          .end
          .fn other r1
            ret r0
          .end
          """);

  private static final Value GIVEN =
      new Value.Array(List.of(new Value.Text("given"), new Value.I64(1)));

  private final MemorySegment memory = MemorySegment.ofArray(new byte[MEMORY_BYTES]);

  @FuzzTest(maxDuration = "1m")
  void messages(byte[] input) {
    for (long place : new long[] {MAILBOX, EVENTS, OBJECTS}) {
      memory.asSlice(place, WRITABLE_BYTES).fill((byte) 0);
    }
    Capabilities giving =
        (capability, args) ->
            new CapabilityCall(capability.id(), CapabilityCall.Answer.GRANTED, args, GIVEN);
    Doorbell doorbell =
        Doorbell.over(
            new MicroMemory(memory),
            MODULE,
            new RunLimits(1000L, 10L, 10L, 10L, 4096),
            giving,
            PluginDoorbellFuzzTest::check);
    try {
      play(input, doorbell);
    } catch (GuestException givenUp) {
      return;
    }
  }

  private void play(byte[] input, Doorbell doorbell) {
    int rings = 0;
    for (int at = 0; at + 3 <= input.length && rings < RINGS_MAX; ) {
      int where = input[at] & 3;
      int offset = (input[at + 1] & 0xff) * 8;
      int length = Math.min(input[at + 2] & 0xff, input.length - at - 3);
      at += 3;
      if (where == 0) {
        rings++;
        Outcome outcome = doorbell.ring(length);
        if (outcome != null) {
          return;
        }
      } else {
        long place = where == 1 ? MAILBOX : where == 2 ? EVENTS : OBJECTS;
        MemorySegment.copy(input, at, memory, ValueLayout.JAVA_BYTE, place + offset, length);
        at += length;
      }
    }
  }

  private static void check(
      int function,
      int pc,
      int register,
      @Nullable Value value,
      @Nullable CapabilityCall call,
      @Nullable String error) {
    if (pc >= MODULE.functions().get(function).code().size() || (value == null) != (register < 0)) {
      throw new AssertionError("a step that cannot be");
    }
  }
}

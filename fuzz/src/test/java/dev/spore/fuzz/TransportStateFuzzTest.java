package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.format.device.VirtioState;
import dev.spore.virtio.DeviceStateException;
import dev.spore.virtio.memory.DirtyPages;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.mmio.MmioTransport;
import java.time.Duration;

/**
 * A device restored from any state over any memory: it is refused with the one typed exception and
 * left as new, or is exactly what was asked for and then takes whatever its driver does. Input: a
 * state as {@link FuzzTransportState} takes it, then up to 16 register accesses of 7 bytes, then
 * guest RAM.
 */
class TransportStateFuzzTest {
  private static final int STATUS = 0x70;
  private static final int INTERRUPT_STATUS = 0x60;
  private static final int ACCESSES_MAX = 16;
  private static final int TURNS_MAX = 20;
  private static final Duration LONG = Duration.ofMinutes(1);

  private record Access(int kind, int offset, int value) {}

  @FuzzTest(maxDuration = "1m")
  void restore(byte[] data) throws InterruptedException {
    FuzzInput input = new FuzzInput(data);
    FuzzTransportState fuzzed = FuzzTransportState.read(input);
    Access[] accesses = new Access[input.u8() % (ACCESSES_MAX + 1)];
    for (int i = 0; i < accesses.length; i++) {
      accesses[i] = new Access(input.u8(), input.u16(), input.s32());
    }
    GuestMemory memory = FuzzRam.of(input);
    VirtioState state = fuzzed.state(memory);
    FuzzLine line = new FuzzLine();
    MmioTransport transport = fuzzed.transport(memory, line);
    try {
      transport.restore(state);
    } catch (DeviceStateException e) {
      assertThat(transport.read(STATUS, 4)).isZero();
      assertThat(line.isUp()).isFalse();
      assertThat(dirtyPages(memory)).isZero();
      return;
    }
    assertThat(transport.save()).isEqualTo(state);
    assertThat(line.isUp()).isEqualTo(state.transport().interruptStatus() != 0);
    assertThat(dirtyPages(memory)).isZero();
    transport.resume();
    for (Access access : accesses) {
      apply(transport, access);
      assertThat(line.isUp()).isEqualTo(transport.read(INTERRUPT_STATUS, 4) != 0);
    }
    serve(transport);
    transport.quiesce(LONG);
    assertThat(transport.save().device()).isEqualTo(state.device());
    assertThat(transport.metrics()).containsEntry("host_faults", 0L);
  }

  private static void apply(MmioTransport transport, Access access) {
    switch (access.kind() % 4) {
      case 0 -> transport.write(access.offset() % 0x108, 4, access.value());
      case 1 -> {
        long value = transport.read(access.offset() % 0x108, 4);
        assertThat(value).isBetween(0L, 0xffff_ffffL);
      }
      case 2 -> serve(transport);
      default -> transport.write(STATUS, 4, access.value() & 0xff);
    }
  }

  private static void serve(MmioTransport transport) {
    // A console may have to print gigabytes out of these 16 KiB: a part of them will do.
    int turns = 0;
    while (turns < TURNS_MAX && transport.service()) {
      turns++;
    }
  }

  private static int dirtyPages(GuestMemory memory) {
    DirtyPages dirty = memory.dirtyPages(0);
    int count = 0;
    for (int word = 0; word < dirty.wordCount(); word++) {
      count += Long.bitCount(dirty.take(word));
    }
    return count;
  }
}

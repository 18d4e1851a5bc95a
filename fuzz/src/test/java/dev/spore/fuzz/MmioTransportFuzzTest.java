package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.QueueDoorbell;
import dev.spore.virtio.console.ConsoleDevice;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.mmio.MmioTransport;

/**
 * Loads and stores of any kind, in any order, on the registers of a device. Input: a list of
 * operations of 8 bytes (kind, width, offset, value), each followed by a check of what must always
 * hold.
 */
class MmioTransportFuzzTest {
  private static final int STATUS = 0x70;
  private static final int INTERRUPT_STATUS = 0x60;
  private static final int OPERATIONS_MAX = 500;
  private static final int[] WIDTHS = {4, 4, 4, 4, 1, 2, 8, 0, 3, -1};

  @FuzzTest(maxDuration = "1m")
  void access(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    GuestMemory memory = FuzzRam.of(new FuzzInput(new byte[0]));
    FuzzLine line = new FuzzLine();
    Doorbell doorbell = new QueueDoorbell();
    ConsoleDevice console = new ConsoleDevice((bytes, offset, length) -> {}, doorbell);
    MmioTransport transport = new MmioTransport(console, memory, line, doorbell);
    for (int n = 0; n < OPERATIONS_MAX && !input.isEmpty(); n++) {
      int kind = input.u8();
      int width = WIDTHS[input.u8() % WIDTHS.length];
      int offset = input.u16();
      int value = input.s32();
      operate(transport, console, memory, kind, width, offset, value);
      check(transport, line);
    }
  }

  private static void operate(
      MmioTransport transport,
      ConsoleDevice console,
      GuestMemory memory,
      int kind,
      int width,
      int offset,
      int value) {
    switch (kind % 8) {
      case 0, 1, 2 -> transport.write(offset % 0x208, width, value);
      case 3 -> assertInWidth(transport.read(offset % 0x208, width), width);
      case 4 -> transport.service();
      case 5 -> memory.putU32(offset % (FuzzRam.BYTES - 3), value);
      case 6 -> console.resize(offset, value & 0xffff);
      default -> {
        transport.write(value, width, offset);
        assertInWidth(transport.read(value, width), width);
        console.input(new byte[] {(byte) value}, 0, 1);
      }
    }
  }

  private static void assertInWidth(long value, int width) {
    if (width < 8) {
      assertThat(value).isBetween(0L, width <= 0 ? 0 : (1L << (8 * width)) - 1);
    }
  }

  private static void check(MmioTransport transport, FuzzLine line) {
    int status = (int) transport.read(STATUS, 4);
    assertThat(status & ~0xcf).isZero();
    assertThat(status & 0xc).as("DRIVER_OK without FEATURES_OK").isNotEqualTo(0x4);
    int interrupts = (int) transport.read(INTERRUPT_STATUS, 4);
    assertThat(interrupts).isBetween(0, 3);
    assertThat(line.isUp()).isEqualTo(interrupts != 0);
    assertThat(transport.metrics()).containsEntry("host_faults", 0L);
  }
}

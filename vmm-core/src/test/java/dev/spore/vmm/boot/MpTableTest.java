package dev.spore.vmm.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.memory.GuestMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads the table back as a kernel does: MultiProcessor Specification 1.4 §4. */
final class MpTableTest {
  private static final int ENTRY_BYTES_PROCESSOR = 20;
  private static final int ENTRY_BYTES_OTHER = 8;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void aKernelFindsItsProcessorsAndLines(int vcpus) {
    GuestMemory memory = TestRam.mib(1);
    MpTable.write(memory, vcpus);

    assertThat(TestRam.bytes(memory, 0, 4)).asString().isEqualTo("_MP_");
    assertThat(sum(memory, 0, 16)).isZero();
    long table = memory.u32(4);
    int length = memory.u16(table + 4);
    assertThat(TestRam.bytes(memory, table, 4)).asString().isEqualTo("PCMP");
    assertThat(table + length).isLessThanOrEqualTo(BootLayout.MP_END);
    assertThat(sum(memory, table, length)).isZero();
    assertThat(memory.u32(table + 36)).isEqualTo(BootLayout.LOCAL_APIC);

    List<String> expected = new ArrayList<>();
    for (int id = 0; id < vcpus; id++) {
      expected.add("cpu %d flags %d".formatted(id, id == 0 ? 3 : 1));
    }
    expected.add("bus 0");
    expected.add("ioapic 8 at fec00000");
    for (int line = 0; line < 16; line++) {
      expected.add("line type 0 flags 0 source %d apic 8 pin %d".formatted(line, line));
    }
    expected.add("local type 3 flags 0 source 0 apic 0 pin 0");
    expected.add("local type 1 flags 0 source 0 apic 255 pin 1");
    assertThat(entries(memory, table + 44, table + length)).isEqualTo(expected);
    assertThat(memory.u16(table + 34)).isEqualTo(expected.size());
  }

  private static List<String> entries(GuestMemory memory, long start, long end) {
    List<String> entries = new ArrayList<>();
    for (long at = start; at < end; ) {
      entries.add(
          switch (memory.u8(at)) {
            case 0 -> "cpu %d flags %d".formatted(memory.u8(at + 1), memory.u8(at + 3));
            case 1 -> "bus %d".formatted(memory.u8(at + 1));
            case 2 -> "ioapic %d at %x".formatted(memory.u8(at + 1), memory.u32(at + 4));
            case 3 -> "line " + interrupt(memory, at);
            default -> "local " + interrupt(memory, at);
          });
      at += memory.u8(at) == 0 ? ENTRY_BYTES_PROCESSOR : ENTRY_BYTES_OTHER;
    }
    return entries;
  }

  private static String interrupt(GuestMemory memory, long at) {
    return "type %d flags %d source %d apic %d pin %d"
        .formatted(
            memory.u8(at + 1),
            memory.u16(at + 2),
            memory.u8(at + 5),
            memory.u8(at + 6),
            memory.u8(at + 7));
  }

  private static int sum(GuestMemory memory, long gpa, int length) {
    int sum = 0;
    for (byte b : TestRam.bytes(memory, gpa, length)) {
      sum += b;
    }
    return sum & 0xff;
  }
}

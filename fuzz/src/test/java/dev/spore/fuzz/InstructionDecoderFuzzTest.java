package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.memory.GuestMemoryException;
import dev.spore.vmm.assist.InstructionAssists;
import dev.spore.vmm.assist.XsaveLayout;
import dev.spore.vmm.assist.XsaveLayout.Component;
import dev.spore.vmm.testing.FakeCpu;
import java.util.stream.Stream;

/**
 * Instruction assists over arbitrary code, registers, page tables and operands. Input: number of
 * code bytes (0 to 15), the code, the registers ({@link FuzzCpu}), then guest RAM from address 0,
 * where the page tables are.
 */
class InstructionDecoderFuzzTest {
  private static final int CODE_BYTES_MAX = 15;

  @FuzzTest
  void complete(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    byte[] code = input.bytes(input.u8() % (CODE_BYTES_MAX + 1));
    FakeCpu cpu = FuzzCpu.of(input);
    GuestMemory memory = FuzzRam.of(input);
    // Offsets of a real processor; the last component ends where the area does.
    Stream<Component> components =
        Stream.of(
            new Component(2, 576, 256, false),
            new Component(5, 1088, 64, false),
            new Component(6, 1152, 512, false),
            new Component(7, 1664, 1024, true));
    InstructionAssists assists = new InstructionAssists(memory, XsaveLayout.of(components), true);
    long rip = cpu.rip();
    String before = FuzzCpu.registers(cpu);
    boolean done;
    try {
      done = assists.complete(cpu, code, code.length);
    } catch (GuestMemoryException outsideRam) {
      assertThat(cpu.rip()).as("the machine stops at the instruction").isEqualTo(rip);
      return;
    }
    if (!done) {
      assertThat(FuzzCpu.registers(cpu)).isEqualTo(before);
      assertThat(assists.counts()).isEmpty();
    } else if (cpu.rip() == rip) {
      assertThat(cpu.injected).hasSize(1);
    } else {
      assertThat(cpu.rip() - rip).isBetween(1L, (long) code.length);
      assertThat(cpu.injected).hasSizeLessThanOrEqualTo(1);
    }
  }
}

package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.virtio.QueueDoorbell;
import dev.spore.virtio.VirtioDevice.Activation;
import dev.spore.virtio.console.BoundedOutput;
import dev.spore.virtio.console.ConsoleDevice;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.Virtqueue;
import java.util.List;

/**
 * A console over arbitrary rings. Input: features, bytes of host input, then guest RAM from address
 * 0 with two rings of 8: descriptors at 0 and 0x200, available rings at 0x80 and 0x280, used rings
 * at 0x100 and 0x300.
 */
class ConsoleFuzzTest {
  private static final int TURNS_MAX = 20;
  private static final int OUTPUT_BYTES = 4096;

  @FuzzTest(maxDuration = "1m")
  void rings(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    long features = (long) (input.u8() & 3) << Virtqueue.F_INDIRECT_DESC;
    byte[] typed = new byte[input.u8()];
    GuestMemory memory = FuzzRam.of(input);
    BoundedOutput output = new BoundedOutput(OUTPUT_BYTES);
    ConsoleDevice console = new ConsoleDevice(output, new QueueDoorbell());
    assertThat(console.input(typed, 0, typed.length)).isEqualTo(typed.length);
    console.activate(
        new Activation(
            memory, List.of(ring(memory, 0, features), ring(memory, 0x200, features)), features));
    try {
      for (int turn = 0; turn < TURNS_MAX && console.process(); turn++) {
        Thread.onSpinWait();
      }
    } catch (QueueException e) {
      assertThat(e).hasMessageNotContaining("null");
    }
    assertThat(console.metrics().getOrDefault("input_bytes", -1L))
        .isBetween(0L, (long) typed.length);
    console.reset();
    assertThat(console.process()).isFalse();
  }

  private static Virtqueue ring(GuestMemory memory, long gpa, long features) {
    QueueLayout layout = new QueueLayout(8, gpa, gpa + 0x80, gpa + 0x100);
    layout.validate(memory, 8);
    return Virtqueue.open(memory, layout, features, () -> {});
  }
}

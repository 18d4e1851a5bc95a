package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.virtio.QueueDoorbell;
import dev.spore.virtio.VirtioDevice.Activation;
import dev.spore.virtio.blk.BlkDevice;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.Virtqueue;
import java.util.List;
import java.util.Map;

/**
 * Block requests over an arbitrary ring. Input: one byte of features and of the disk's nature, then
 * guest RAM from address 0 with a ring of 8: descriptors at 0, available ring at 0x80, used ring at
 * 0x100. The disk itself fails the target if a request leaves it or changes a read-only one.
 */
class BlkRequestFuzzTest {
  private static final int TURNS_MAX = 20;

  /** FLUSH, DISCARD and WRITE_ZEROES (virtio 1.2 §5.2.3). */
  private static final int[] FEATURES = {9, 13, 14, Virtqueue.F_INDIRECT_DESC};

  @FuzzTest(maxDuration = "1m")
  void requests(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    int shape = input.u8();
    long features = 0;
    for (int i = 0; i < FEATURES.length; i++) {
      features |= (long) (shape >> i & 1) << FEATURES[i];
    }
    GuestMemory memory = FuzzRam.of(input);
    BlkDevice device =
        new BlkDevice(new FuzzDisk((shape & 0x10) != 0, (shape & 0x20) != 0), "fuzz");
    QueueLayout layout = new QueueLayout(8, 0, 0x80, 0x100);
    layout.validate(memory, 8);
    Virtqueue queue = Virtqueue.open(memory, layout, features, new QueueDoorbell()::ring);
    device.activate(new Activation(memory, List.of(queue), features));
    int turns = 0;
    try {
      while (turns < TURNS_MAX && device.process()) {
        turns++;
      }
    } catch (QueueException e) {
      assertThat(e).hasMessageNotContaining("null");
    }
    assertThat(queue.inFlight()).isZero();
    Map<String, Long> metrics = device.metrics();
    if ((shape & 0x10) != 0) {
      assertThat(metrics)
          .containsEntry("writes", 0L)
          .containsEntry("discards", 0L)
          .containsEntry("write_zeroes", 0L);
    }
    device.reset();
    assertThat(device.process()).isFalse();
  }
}

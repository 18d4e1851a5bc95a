package dev.spore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.ChainReader;
import dev.spore.virtio.queue.ChainWriter;
import dev.spore.virtio.queue.DescriptorChain;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.Virtqueue;

/**
 * The walk of a split ring over arbitrary bytes. Input: one byte of features, ring size and habits
 * of the device, then guest RAM from address 0, where the descriptor table, the rings (0x400 and
 * 0x600) and everything they point to lie.
 */
class VirtqueueFuzzTest {
  private static final int POLLS_MAX = 300;
  private static final int TOUCHED_BYTES_MAX = 64 * 1024;

  @FuzzTest(maxDuration = "1m")
  void walk(byte[] data) {
    FuzzInput input = new FuzzInput(data);
    int shape = input.u8();
    GuestMemory memory = FuzzRam.of(input);
    QueueLayout layout = new QueueLayout(2 << (shape & 3), 0, 0x400, 0x600);
    layout.validate(memory, 256);
    long features = (long) (shape >> 2 & 3) << Virtqueue.F_INDIRECT_DESC;
    Virtqueue queue = Virtqueue.open(memory, layout, features, () -> {});
    boolean putsBack = (shape & 0x10) != 0;
    try {
      for (int polls = 0; polls < POLLS_MAX; polls++) {
        DescriptorChain chain = queue.poll();
        if (chain == null) {
          break;
        }
        assertThat(chain.head()).isBetween(0, layout.size() - 1);
        assertThat(queue.inFlight()).isBetween(1, layout.size());
        if (putsBack && polls % 3 == 0) {
          queue.putBack(chain);
        } else {
          touch(chain);
          queue.addUsed(chain, chain.writableBytes());
        }
        if (polls % 7 == 0) {
          queue.finish();
        }
      }
    } catch (QueueException e) {
      assertThat(e).hasMessageNotContaining("null");
    }
    queue.finish();
  }

  /** Reads and writes through both cursors, in numbers, copies and spans. */
  private static void touch(DescriptorChain chain) {
    assertThat(chain.readableBytes() + chain.writableBytes()).isBetween(0L, 1L << 32);
    ChainReader reader = chain.reader();
    if (reader.remaining() >= 7) {
      reader.u16();
      reader.u32();
      reader.u8();
    }
    while (reader.remaining() > 0 && reader.position() < TOUCHED_BYTES_MAX) {
      assertThat(reader.span(1000).remaining()).isBetween(1, 1000);
    }
    reader.skip(reader.remaining());
    ChainWriter writer = chain.writer();
    if (writer.remaining() >= 11) {
      writer.putU64(-1);
      writer.putU16(-1);
      writer.putU8(-1);
    }
    while (writer.remaining() > 0 && writer.position() < TOUCHED_BYTES_MAX) {
      assertThat(writer.span(1000).remaining()).isBetween(1, 1000);
    }
    writer.skip(writer.remaining());
    assertThat(writer.position()).isEqualTo(chain.writableBytes());
  }
}

package dev.spore.virtio.queue;

import static dev.spore.virtio.queue.RingDriver.INDIRECT;
import static dev.spore.virtio.queue.RingDriver.NEXT;
import static dev.spore.virtio.queue.RingDriver.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.memory.GuestMemory;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * A second vCPU rewrites descriptors while the device walks them: each chain is a fault or a copy
 * that stays within RAM, and the copy does not change.
 */
class DescriptorRaceTest {
  private static final int RAM_BYTES = 64 * 1024;
  private static final int POLLS = 50_000;
  private static final long TABLE = 0x3000;

  private final GuestMemory memory =
      GuestMemory.ofSingle(Arena.ofAuto().allocate(RAM_BYTES, GuestMemory.PAGE_BYTES));
  private final RingDriver driver = RingDriver.at(memory, 0x1000, 8);

  @Test
  void theDeviceUsesOneCopyOfEveryDescriptor() throws InterruptedException {
    Virtqueue queue = driver.open(1L << Virtqueue.F_INDIRECT_DESC, () -> {});
    AtomicBoolean stop = new AtomicBoolean();
    Thread vcpu = Thread.ofPlatform().daemon().start(() -> rewrite(stop));
    int good = 0;
    int faults = 0;
    for (int i = 0; i < POLLS; i++) {
      driver.offerHead(i % 8);
      try {
        DescriptorChain chain = queue.poll();
        assertThat(chain).isNotNull();
        if (chain != null) {
          use(chain);
          queue.addUsed(chain, chain.writableBytes());
          good++;
        }
      } catch (QueueException e) {
        // The transport would stop here; the test goes on with a fresh ring.
        faults++;
        queue = driver.open(1L << Virtqueue.F_INDIRECT_DESC, () -> {});
        driver.startAt(0);
      }
    }
    stop.set(true);
    vcpu.join();
    assertThat(good).isPositive();
    assertThat(faults).isPositive();
  }

  private static void use(DescriptorChain chain) {
    ChainReader reader = chain.reader();
    long read = 0;
    while (reader.remaining() > 0) {
      read += reader.span(4096).remaining();
    }
    assertThat(read).isEqualTo(chain.readableBytes());
    ChainWriter writer = chain.writer();
    long written = 0;
    while (writer.remaining() > 0) {
      written += writer.span(4096).remaining();
    }
    assertThat(written).isEqualTo(chain.writableBytes());
  }

  private void rewrite(AtomicBoolean stop) {
    SplittableRandom random = new SplittableRandom(7);
    long[] addresses = {0x4000, RAM_BYTES - 8, RAM_BYTES, -8, TABLE};
    long[] lengths = {0, 8, 16, 32, 4096, 0xffff_ffffL};
    int[] flags = {0, NEXT, WRITE, WRITE | NEXT, INDIRECT};
    while (!stop.get()) {
      long at =
          random.nextBoolean()
              ? driver.layout().descriptorGpa() + 16L * random.nextInt(8)
              : TABLE + 16L * random.nextInt(2);
      driver.descriptorAt(
          at,
          addresses[random.nextInt(addresses.length)],
          lengths[random.nextInt(lengths.length)],
          flags[random.nextInt(flags.length)],
          random.nextInt(9));
    }
  }
}

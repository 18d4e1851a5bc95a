package dev.spore.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a well-behaved driver may rely on. */
class VirtqueueTest {
  private static final long BUFFERS = 0x4000;

  private final GuestMemory memory =
      GuestMemory.ofSingle(Arena.ofAuto().allocate(64 * 1024, GuestMemory.PAGE_BYTES));
  private final RingDriver driver = RingDriver.at(memory, 0x1000, 8);
  private int interrupts;

  private Virtqueue open(long features) {
    return driver.open(features, () -> interrupts++);
  }

  private static DescriptorChain next(Virtqueue queue) {
    return Objects.requireNonNull(queue.poll());
  }

  @Test
  void aChainIsReadWrittenAndUsedAcrossItsDescriptors() {
    Virtqueue queue = open(0);
    memory.write(BUFFERS, new byte[] {1, 2, 3, 4, 5}, 0, 5);
    int head =
        driver.offer(
            Piece.read(BUFFERS, 3),
            Piece.read(BUFFERS + 3, 0),
            Piece.read(BUFFERS + 3, 2),
            Piece.write(BUFFERS + 100, 1),
            Piece.write(BUFFERS + 200, 3));

    DescriptorChain chain = next(queue);
    assertThat(chain.readableBytes()).isEqualTo(5);
    assertThat(chain.writableBytes()).isEqualTo(4);
    ChainReader reader = chain.reader();
    assertThat(reader.u8()).isEqualTo(1);
    assertThat(reader.u32()).isEqualTo(0x05040302);
    ChainWriter writer = chain.writer();
    writer.putU32(0xddccbbaaL);
    queue.addUsed(chain, writer.position());
    assertThat(queue.finish()).isFalse();

    assertThat(driver.takeUsed()).containsExactly(new Used(head, 4));
    assertThat(memory.u8(BUFFERS + 100)).isEqualTo(0xaa);
    assertThat(memory.u16(BUFFERS + 200)).isEqualTo(0xccbb);
    assertThat(interrupts).isEqualTo(1);
  }

  @Test
  void aChainPutBackIsOfferedAgain() {
    Virtqueue queue = open(0);
    int head = driver.offer(Piece.write(BUFFERS, 16));
    queue.putBack(next(queue));
    assertThat(next(queue).head()).isEqualTo(head);
    assertThat(queue.poll()).isNull();
  }
}

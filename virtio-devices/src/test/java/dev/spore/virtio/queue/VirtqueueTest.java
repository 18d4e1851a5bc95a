package dev.spore.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a well-behaved driver may rely on. */
class VirtqueueTest {
  private static final long BUFFERS = 0x4000;
  private static final long EVENT_IDX = 1L << Virtqueue.F_EVENT_IDX;

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

  @Test
  void onlyTheLatestChainCanBePutBackAndOnlyOnce() {
    Virtqueue queue = open(0);
    driver.offer(Piece.write(BUFFERS, 16));
    driver.offer(Piece.write(BUFFERS, 16));
    DescriptorChain first = next(queue);
    DescriptorChain second = next(queue);
    assertThatThrownBy(() -> queue.putBack(first)).isInstanceOf(IllegalStateException.class);
    queue.putBack(second);
    assertThatThrownBy(() -> queue.putBack(second)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> queue.addUsed(second, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void chainsMayBeUsedOutOfOrder() {
    Virtqueue queue = open(0);
    int a = driver.offer(Piece.write(BUFFERS, 16));
    int b = driver.offer(Piece.write(BUFFERS, 16));
    DescriptorChain first = next(queue);
    DescriptorChain second = next(queue);
    queue.addUsed(second, 2);
    queue.addUsed(first, 1);
    assertThat(driver.takeUsed()).containsExactly(new Used(b, 2), new Used(a, 1));
    assertThat(queue.inFlight()).isZero();
  }

  @Test
  void aWrittenLengthOverTwoGigabytesIsReportedUnsigned() {
    Virtqueue queue = open(0);
    int head = driver.offer(Piece.write(BUFFERS, 16));
    queue.addUsed(next(queue), 0xffff_fff0L);
    assertThat(driver.takeUsed()).containsExactly(new Used(head, 0xffff_fff0L));
  }

  @Test
  void cursorsNeverPassTheEndOfTheChain() {
    Virtqueue queue = open(0);
    driver.offer(Piece.read(BUFFERS, 3), Piece.write(BUFFERS + 16, 3));
    DescriptorChain chain = next(queue);
    ChainReader reader = chain.reader();
    assertThatThrownBy(reader::u32).isInstanceOf(QueueException.class);
    assertThat(reader.bytes(3)).hasSize(3);
    assertThatThrownBy(reader::u8).isInstanceOf(QueueException.class);
    assertThat(reader.span(10).remaining()).isZero();
    assertThatThrownBy(() -> reader.skip(1)).isInstanceOf(QueueException.class);

    ChainWriter writer = chain.writer();
    assertThatThrownBy(() -> writer.putU32(-1)).isInstanceOf(QueueException.class);
    assertThatThrownBy(() -> writer.fill(4, (byte) 1)).isInstanceOf(QueueException.class);
    assertThatThrownBy(() -> writer.write(new byte[4], 0, 4)).isInstanceOf(QueueException.class);
    assertThat(memory.u32(BUFFERS + 16)).isZero();
    writer.skip(2);
    writer.putU8(9);
    assertThat(writer.remaining()).isZero();
    assertThat(memory.u32(BUFFERS + 16)).isEqualTo(0x09_0000);
  }

  @Test
  void spansFollowTheDescriptors() {
    Virtqueue queue = open(0);
    driver.offer(
        Piece.read(BUFFERS, 5), Piece.read(0, 0), Piece.read(BUFFERS + 8, 2), Piece.write(0, 1));
    ChainReader reader = next(queue).reader();
    assertThat(reader.span(4).remaining()).isEqualTo(4);
    assertThat(reader.span(4).remaining()).isEqualTo(1);
    assertThat(reader.span(4).remaining()).isEqualTo(2);
    assertThat(reader.span(4).remaining()).isZero();
  }

  @Test
  void aDriverThatWantsNoInterruptGetsNone() {
    Virtqueue queue = open(0);
    driver.flags(1);
    driver.offer(Piece.write(BUFFERS, 16));
    queue.addUsed(next(queue), 16);
    assertThat(queue.finish()).isFalse();
    assertThat(interrupts).isZero();
    driver.flags(0);
    assertThat(queue.finish()).isFalse();
    assertThat(interrupts).as("nothing new was used").isZero();
  }

  @Test
  void anInterruptComesWhenTheUsedIndexPassesTheEvent() {
    Virtqueue queue = open(EVENT_IDX);
    int[] expected = {0, 0, 1, 1};
    driver.usedEvent(2);
    for (int i = 0; i < expected.length; i++) {
      driver.offer(Piece.write(BUFFERS, 16));
      queue.addUsed(next(queue), 16);
      assertThat(queue.finish()).isFalse();
      assertThat(interrupts).as("after %d used", i + 1).isEqualTo(expected[i]);
    }
  }

  @Test
  void oneInterruptServesABatchThatPassesTheEvent() {
    Virtqueue queue = open(EVENT_IDX);
    driver.usedEvent(3);
    for (int i = 0; i < 6; i++) {
      driver.offer(Piece.write(BUFFERS, 16));
      queue.addUsed(next(queue), 16);
    }
    assertThat(queue.finish()).isFalse();
    assertThat(interrupts).isEqualTo(1);
  }

  @Test
  void anEventBeyondTheWindowSilencesOnlyUntilTheIndexGetsThere() {
    Virtqueue queue = open(EVENT_IDX);
    driver.usedEvent(0x8000);
    for (int i = 0; i <= 0x8000; i++) {
      assertThat(interrupts).isZero();
      driver.offer(Piece.write(BUFFERS, 16));
      queue.addUsed(next(queue), 16);
      assertThat(queue.finish()).isFalse();
    }
    assertThat(interrupts).isEqualTo(1);
  }

  @Test
  void usingMoreThanTheIndexCanCountInterruptsAnyway() {
    Virtqueue queue = open(EVENT_IDX);
    driver.usedEvent(7);
    for (int i = 0; i < 0x10000; i++) {
      driver.offer(Piece.write(BUFFERS, 16));
      queue.addUsed(next(queue), 16);
    }
    assertThat(queue.finish()).isFalse();
    assertThat(interrupts).isEqualTo(1);
  }

  @Test
  void theDeviceAsksForTheNextChainAndSeesWhatCameMeanwhile() {
    Virtqueue queue = open(EVENT_IDX);
    driver.offer(Piece.write(BUFFERS, 16));
    assertThat(queue.finish()).as("not polled yet").isTrue();
    assertThat(driver.availEvent()).isZero();
    queue.addUsed(next(queue), 0);
    assertThat(queue.finish()).isFalse();
    assertThat(driver.availEvent()).isEqualTo(1);
  }

  @Test
  void anUnusedQueueDoesNothing() {
    Virtqueue queue = Virtqueue.unused();
    assertThat(queue.isReady()).isFalse();
    assertThat(queue.size()).isZero();
    assertThat(queue.poll()).isNull();
    assertThat(queue.finish()).isFalse();
  }

  @Test
  void whatTheDriverRewritesAfterThePollDoesNotReachTheDevice() {
    Virtqueue queue = open(0);
    int head = driver.offer(Piece.write(BUFFERS, 16));
    DescriptorChain chain = next(queue);
    driver.descriptor(head, Long.MIN_VALUE, 0xffff_ffffL, RingDriver.NEXT, 0xffff);
    chain.writer().fill(chain.writableBytes(), (byte) 0x55);
    assertThat(chain.writableBytes()).isEqualTo(16);
    assertThat(memory.u8(BUFFERS + 15)).isEqualTo(0x55);
    assertThat(memory.u8(BUFFERS + 16)).isZero();
  }
}

package dev.spore.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.memory.GuestMemory.Region;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** The queue against models too simple to be wrong in the same way. */
class VirtqueuePropertyTest {
  private static final int PAGE = GuestMemory.PAGE_BYTES;
  private static final long RING = 0x1000;
  private static final long TABLE = 0x3000;
  private static final long HIGH = 0x10_0000;
  private static final long INDIRECT_DESC = 1L << Virtqueue.F_INDIRECT_DESC;
  private static final long EVENT_IDX = 1L << Virtqueue.F_EVENT_IDX;

  /** 16 KiB of RAM from 0, a hole, one page at 1 MiB. */
  private final GuestMemory memory =
      GuestMemory.of(List.of(new Region(0, pages(4)), new Region(HIGH, pages(1))));

  private static MemorySegment pages(int count) {
    return Arena.ofAuto().allocate((long) count * PAGE, PAGE);
  }

  /** One descriptor as raw fields. */
  record Raw(long gpa, long length, int flags, int next) {}

  @Provide
  Arbitrary<Raw> raw() {
    Arbitrary<Long> gpa =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of(TABLE, TABLE + 16, 0L, 0x2000L, HIGH)),
            Tuple.of(2, Arbitraries.of(4L * PAGE - 16, 4L * PAGE, HIGH + PAGE - 16, HIGH + PAGE)),
            Tuple.of(1, Arbitraries.longs()));
    Arbitrary<Long> length =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of(0L, 1L, 16L, 17L, 32L, 64L)),
            Tuple.of(1, Arbitraries.of(0x1000L, 0x4000L, 0x4001L, 0xffff_ffffL)),
            Tuple.of(1, Arbitraries.longs().between(0, 0xffff_ffffL)));
    Arbitrary<Integer> flags =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.of(0, 1, 2, 3, 4)),
            Tuple.of(1, Arbitraries.of(5, 6, 7, 8, 0xfff9, 0xffff)));
    return Combinators.combine(gpa, length, flags, Arbitraries.integers().between(0, 9))
        .as(Raw::new);
  }

  @Property(tries = 3000)
  void aWalkAgreesWithTheNaiveOne(
      @ForAll @IntRange(min = 0, max = 3) int sizeLog,
      @ForAll @IntRange(min = 0, max = 8) int head,
      @ForAll boolean indirect,
      @ForAll @Size(8) List<@From("raw") Raw> ring,
      @ForAll @Size(4) List<@From("raw") Raw> table) {
    RingDriver driver = RingDriver.at(memory, RING, 1 << sizeLog);
    for (int i = 0; i < driver.layout().size(); i++) {
      write(driver, RING + 16L * i, ring.get(i));
    }
    for (int i = 0; i < table.size(); i++) {
      write(driver, TABLE + 16L * i, table.get(i));
    }
    agree(driver, indirect, head);
  }

  private static void write(RingDriver driver, long at, Raw raw) {
    driver.descriptorAt(at, raw.gpa(), raw.length(), raw.flags(), raw.next());
  }

  private void agree(RingDriver driver, boolean indirect, int head) {
    Optional<List<Piece>> expected = new NaiveWalk(memory, driver.layout(), indirect).walk(head);
    driver.startAt(0xffff);
    Virtqueue queue = driver.open(indirect ? INDIRECT_DESC : 0, () -> {});
    driver.publish(0);
    driver.offerHead(head);
    Optional<DescriptorChain> actual = poll(queue);
    assertThat(actual.map(VirtqueuePropertyTest::pieces)).isEqualTo(expected);
    actual.ifPresent(chain -> {
      assertThat(chain.readableBytes()).isEqualTo(sum(expected, false));
      assertThat(chain.writableBytes()).isEqualTo(sum(expected, true));
    });
  }

  private static long sum(Optional<List<Piece>> pieces, boolean writable) {
    return pieces.orElseThrow().stream()
        .filter(piece -> piece.writable() == writable)
        .mapToLong(Piece::length)
        .sum();
  }

  private static Optional<DescriptorChain> poll(Virtqueue queue) {
    try {
      DescriptorChain chain = queue.poll();
      assertThat(chain).isNotNull();
      return Optional.ofNullable(chain);
    } catch (QueueException e) {
      return Optional.empty();
    }
  }

  private static List<Piece> pieces(DescriptorChain chain) {
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < chain.bufferCount(); i++) {
      pieces.add(new Piece(chain.address(i), chain.length(i), i >= chain.readableCount()));
    }
    return pieces;
  }

  /** Every ring of two descriptors over a small alphabet, from every head. */
  @Example
  void everySmallRingAgreesWithTheNaiveWalk() {
    List<Raw> alphabet = new ArrayList<>();
    for (long gpa : new long[] {0x2000, TABLE, -8}) {
      for (long length : new long[] {0, 16, 32}) {
        for (int flags = 0; flags < 8; flags++) {
          for (int next = 0; next < 3; next++) {
            alphabet.add(new Raw(gpa, length, flags, next));
          }
        }
      }
    }
    RingDriver driver = RingDriver.at(memory, RING, 2);
    driver.descriptorAt(TABLE, 0x2000, 4, RingDriver.NEXT, 1);
    driver.descriptorAt(TABLE + 16, 0x2010, 4, RingDriver.WRITE, 0);
    for (Raw first : alphabet) {
      for (Raw second : alphabet) {
        write(driver, RING, first);
        write(driver, RING + 16, second);
        agree(driver, true, 0);
      }
    }
  }

  /** What a driver and a device do to one queue. */
  enum Step {
    OFFER,
    POLL,
    PUT_BACK,
    USE_OLDEST,
    USE_NEWEST,
    FINISH
  }

  @Property(tries = 500)
  void aQueueIsAListThatComesBackUsed(
      @ForAll @Size(max = 200) List<Step> steps,
      @ForAll @IntRange(min = 0, max = 4) int sizeLog,
      @ForAll @IntRange(min = 0, max = 0xffff) int seen) {
    RingDriver driver = RingDriver.at(memory, RING, 1 << sizeLog);
    memory.fill(RING, PAGE, (byte) 0);
    List<Integer> interrupts = new ArrayList<>();
    Virtqueue queue = driver.open(EVENT_IDX, () -> interrupts.add(1));
    driver.usedEvent(seen);
    Model model = new Model(queue, driver, interrupts);
    for (Step step : steps) {
      model.step(step);
    }
    model.step(Step.FINISH);
  }

  /** The queue as three lists and what each step does to them. */
  private static final class Model {
    final Virtqueue queue;
    final RingDriver driver;
    final List<Integer> interrupts;
    final Deque<Integer> free = new ArrayDeque<>();
    final Deque<Integer> offered = new ArrayDeque<>();
    final Deque<DescriptorChain> held = new ArrayDeque<>();
    @Nullable DescriptorChain latest;
    int used;
    int finished;

    Model(Virtqueue queue, RingDriver driver, List<Integer> interrupts) {
      this.queue = queue;
      this.driver = driver;
      this.interrupts = interrupts;
      for (int i = 0; i < queue.size(); i++) {
        free.add(i);
      }
    }

    void step(Step step) {
      switch (step) {
        case OFFER -> offer();
        case POLL -> take();
        case PUT_BACK -> putBack();
        case USE_OLDEST -> use(held.pollFirst());
        case USE_NEWEST -> use(held.pollLast());
        case FINISH -> finish();
      }
      assertThat(queue.inFlight()).isEqualTo(held.size());
    }

    private void offer() {
      Integer head = free.poll();
      if (head != null) {
        driver.descriptor(head, 0x2000, head + 1, RingDriver.WRITE, 0);
        driver.offerHead(head);
        offered.add(head);
      }
    }

    private void take() {
      DescriptorChain chain = queue.poll();
      Integer head = offered.poll();
      assertThat(chain == null).isEqualTo(head == null);
      if (chain != null && head != null) {
        assertThat(chain.head()).isEqualTo(head);
        assertThat(chain.writableBytes()).isEqualTo(head + 1L);
        held.addLast(chain);
        latest = chain;
      }
    }

    private void putBack() {
      DescriptorChain chain = latest;
      if (chain != null) {
        queue.putBack(chain);
        held.remove(chain);
        offered.addFirst(chain.head());
        latest = null;
      }
    }

    private void use(@Nullable DescriptorChain chain) {
      if (chain != null) {
        queue.addUsed(chain, chain.head());
        assertThat(driver.takeUsed()).containsExactly(new Used(chain.head(), chain.head()));
        used++;
        free.add(chain.head());
        if (chain.equals(latest)) {
          latest = null;
        }
      }
    }

    private void finish() {
      interrupts.clear();
      assertThat(queue.finish()).isEqualTo(!offered.isEmpty());
      assertThat(driver.availEvent()).isEqualTo((driver.availIndex() - offered.size()) & 0xffff);
      // The event is passed when one of the indices used since lies just past it.
      boolean passed = finished <= driver.usedEvent() && driver.usedEvent() < used;
      assertThat(interrupts).hasSize(passed ? 1 : 0);
      finished = used;
    }
  }
}

package dev.spore.virtio.mmio;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static dev.spore.virtio.mmio.GuestDriver.QUEUE_SIZE;
import static dev.spore.virtio.mmio.GuestDriver.RAM_BYTES;
import static dev.spore.virtio.queue.RingDriver.INDIRECT;
import static dev.spore.virtio.queue.RingDriver.NEXT;
import static dev.spore.virtio.queue.RingDriver.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.Limits;
import dev.spore.virtio.queue.RingDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import dev.spore.virtio.rng.RngDevice;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a driver may not do to a ring, done to a real device behind a real transport: the device
 * asks for a reset, throws nothing, and works again after the reset.
 */
class HostileRingTest {
  private static final long TABLE = BUFFERS_GPA + 0x1000;

  private final GuestDriver guest =
      new GuestDriver(doorbell -> new RngDevice(new SplittableRandom(1)));

  interface Crime extends BiConsumer<GuestDriver, RingDriver> {}

  private static Named<Crime> crime(String name, Crime crime) {
    return Named.of(name, crime);
  }

  private static Named<Crime> ring(String name, Consumer<RingDriver> crime) {
    return Named.of(name, (guest, ring) -> crime.accept(ring));
  }

  /** One descriptor at index 0, offered. */
  private static Named<Crime> one(String name, long gpa, long length, int flags, int next) {
    return ring(
        name,
        ring -> {
          ring.descriptor(0, gpa, length, flags, next);
          ring.offerHead(0);
        });
  }

  /** An indirect descriptor at index 0 whose table starts with {@code gpa..next}. */
  private static Named<Crime> table(
      String name, long tableBytes, int outer, long gpa, long length, int flags, int next) {
    return ring(
        name,
        ring -> {
          ring.descriptorAt(TABLE, gpa, length, flags, next);
          ring.descriptorAt(TABLE + 16, BUFFERS_GPA, 16, WRITE, 0);
          ring.descriptor(0, TABLE, tableBytes, outer, 1);
          ring.descriptor(1, BUFFERS_GPA, 16, WRITE, 0);
          ring.offerHead(0);
        });
  }

  static Stream<Named<Crime>> crimes() {
    long b = BUFFERS_GPA;
    return Stream.concat(
        Stream.of(
            ring("head is the ring size", r -> r.offerHead(QUEUE_SIZE)),
            ring("head is 65535", r -> r.offerHead(0xffff)),
            one("next is the ring size", b, 16, WRITE | NEXT, QUEUE_SIZE),
            one("next is 65535", b, 16, WRITE | NEXT, 0xffff),
            one("loop of one", b, 16, WRITE | NEXT, 0),
            ring(
                "loop of two",
                r -> {
                  r.descriptor(0, b, 16, WRITE | NEXT, 1);
                  r.descriptor(1, b, 16, WRITE | NEXT, 0);
                  r.offerHead(0);
                }),
            ring(
                "chain over every descriptor and back",
                r -> {
                  for (int i = 0; i < QUEUE_SIZE; i++) {
                    r.descriptor(i, b, 1, WRITE | NEXT, (i + 1) % QUEUE_SIZE);
                  }
                  r.offerHead(5);
                }),
            ring("available index jumps past the ring", r -> r.publish(QUEUE_SIZE + 1)),
            ring("available index goes back", r -> r.publish(-1)),
            one("address and length overflow 64 bits", -16, 32, WRITE, 0),
            one("address is negative", Long.MIN_VALUE, 16, WRITE, 0),
            one("buffer ends one byte past RAM", RAM_BYTES - 15, 16, WRITE, 0),
            one("buffer starts past RAM", RAM_BYTES, 1, WRITE, 0),
            one("buffer in a device window", 0xfeb0_0000L, 0x200, WRITE, 0),
            one("length 0xffffffff", b, 0xffff_ffffL, WRITE, 0),
            ring("readable after writable", r -> r.offer(Piece.write(b, 1), Piece.read(b, 1))),
            ring(
                "empty readable after empty writable",
                r -> r.offer(Piece.write(b, 0), Piece.read(b, 0))),
            ring("only readable where writable is due", r -> r.offer(Piece.read(b, 16))),
            ring("nothing but empty descriptors", r -> r.offer(Piece.write(b, 0)))),
        indirectCrimes());
  }

  private static Stream<Named<Crime>> indirectCrimes() {
    long b = BUFFERS_GPA;
    long most = 16L * Limits.INDIRECT_DESCRIPTORS_MAX;
    return Stream.of(
        table("indirect table of 0 bytes", 0, INDIRECT, b, 16, WRITE, 0),
        table("indirect table of 24 bytes", 24, INDIRECT, b, 16, WRITE, 0),
        table("indirect table over the limit", most + 16, INDIRECT, b, 16, WRITE, 0),
        table("indirect and next", 16, INDIRECT | NEXT, b, 16, WRITE, 0),
        table("nested indirect", 32, INDIRECT, TABLE + 16, 16, INDIRECT, 0),
        table("next leaves the table", 32, INDIRECT, b, 16, WRITE | NEXT, 2),
        table("loop in the table", 32, INDIRECT, b, 16, WRITE | NEXT, 0),
        one("indirect table outside RAM", RAM_BYTES - 8, 16, INDIRECT, 0),
        one("indirect table at the top of the address space", -16, 16, INDIRECT, 0),
        crime(
            "indirect without its feature",
            (guest, ring) -> {
              guest.start(GuestDriver.PLAIN);
              RingDriver plain = guest.ring(0);
              plain.descriptorAt(TABLE, BUFFERS_GPA, 16, WRITE, 0);
              plain.descriptor(0, TABLE, 16, INDIRECT, 0);
              plain.offerHead(0);
            }));
  }

  @ParameterizedTest
  @MethodSource("crimes")
  void aBrokenRingAsksForAResetAndWorksAfterIt(Crime crime) {
    guest.start();
    crime.accept(guest, guest.ring(0));
    guest.kick(0);

    assertThat(guest.needsReset()).isTrue();
    assertThat(guest.interrupt().isUp()).isTrue();
    assertThat(guest.handleInterrupt()).isEqualTo(InterruptLine.CONFIG_CHANGE);
    assertThat(guest.ring(0).takeUsed()).isEmpty();

    servesARequestAfterReset();
  }

  private void servesARequestAfterReset() {
    guest.start();
    int head = guest.ring(0).offer(Piece.write(BUFFERS_GPA, 16));
    guest.kick(0);
    assertThat(guest.needsReset()).isFalse();
    assertThat(guest.ring(0).takeUsed()).containsExactly(new Used(head, 16));
  }

  @Test
  void nothingIsServedBetweenFaultAndReset() {
    guest.start();
    guest.ring(0).offerHead(QUEUE_SIZE);
    guest.kick(0);
    guest.ring(0).publish(0);
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 16));
    guest.kick(0);

    assertThat(guest.ring(0).takeUsed()).isEmpty();
    assertThat(guest.transport().metrics()).containsEntry("guest_faults", 1L);
  }

  @Test
  void emptyDescriptorsAnywhereAreNoCrime() {
    guest.start();
    RingDriver ring = guest.ring(0);
    int head =
        ring.offer(
            Piece.write(-1, 0),
            Piece.write(BUFFERS_GPA, 3),
            Piece.write(RAM_BYTES, 0),
            Piece.write(BUFFERS_GPA + 8, 5),
            Piece.write(0, 0));
    guest.kick(0);
    assertThat(ring.takeUsed()).containsExactly(new Used(head, 8));
  }

  @Test
  void anIndirectTableMayFollowDirectDescriptors() {
    guest.start();
    RingDriver ring = guest.ring(0);
    ring.descriptorAt(TABLE, BUFFERS_GPA, 16, WRITE | NEXT, 1);
    ring.descriptorAt(TABLE + 16, BUFFERS_GPA + 16, 16, WRITE, 0);
    ring.descriptor(0, BUFFERS_GPA + 32, 16, WRITE | NEXT, 1);
    // The WRITE flag of the referring descriptor is to be ignored (§2.7.5.3.2).
    ring.descriptor(1, TABLE, 32, INDIRECT | WRITE, 0);
    ring.offerHead(0);
    guest.kick(0);
    assertThat(ring.takeUsed()).containsExactly(new Used(0, 48));
  }

  @Test
  void oneHeadTwiceInABatchIsServedTwiceOrFaultedButNeverConfusesTheRing() {
    guest.start();
    RingDriver ring = guest.ring(0);
    ring.offer(Piece.write(BUFFERS_GPA, 16));
    ring.offerHead(0);
    guest.kick(0);
    assertThat(ring.takeUsed()).containsExactly(new Used(0, 16), new Used(0, 16));
  }

  @Test
  void indicesWrapAround() {
    guest.start(GuestDriver.MODERN);
    RingDriver ring = guest.ring(0);
    for (int i = 0; i < 65_536 + 300; i++) {
      int head = ring.offer(Piece.write(BUFFERS_GPA, 1));
      guest.transport().service();
      assertThat(ring.takeUsed()).isEqualTo(List.of(new Used(head, 1)));
    }
    assertThat(guest.needsReset()).isFalse();
  }
}

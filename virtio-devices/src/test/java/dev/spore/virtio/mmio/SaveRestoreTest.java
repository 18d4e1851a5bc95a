package dev.spore.virtio.mmio;

import static dev.spore.virtio.mmio.DeviceStatus.ACKNOWLEDGE;
import static dev.spore.virtio.mmio.DeviceStatus.DRIVER;
import static dev.spore.virtio.mmio.DeviceStatus.FAILED;
import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static dev.spore.virtio.mmio.GuestDriver.MODERN;
import static dev.spore.virtio.mmio.GuestDriver.PLAIN;
import static dev.spore.virtio.mmio.GuestDriver.QUEUE_SIZE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.device.VirtioState;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.memory.DirtyPages;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.RingDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import dev.spore.virtio.rng.RngDevice;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One guest, saved on one machine and restored on another; the first goes on. */
@Timeout(120)
class SaveRestoreTest {
  private static final int[] REGISTERS = {
    Registers.DEVICE_ID,
    Registers.DEVICE_FEATURES,
    Registers.QUEUE_NUM_MAX,
    Registers.QUEUE_READY,
    Registers.INTERRUPT_STATUS,
    Registers.STATUS,
    Registers.CONFIG_GENERATION
  };

  private final GuestDriver guest = new GuestDriver(SaveRestoreTest::rng);

  private static VirtioDevice rng(Doorbell unused) {
    return new RngDevice(new SplittableRandom(1));
  }

  /** A driver somewhere on its way through §3.1.1. */
  static Stream<Named<Consumer<GuestDriver>>> stages() {
    return Stream.of(
        stage("reset", g -> g.store(Registers.STATUS, 0)),
        stage("acknowledged", g -> g.store(Registers.STATUS, ACKNOWLEDGE)),
        stage(
            "features half written",
            g -> {
              g.store(Registers.STATUS, ACKNOWLEDGE);
              g.store(Registers.STATUS, ACKNOWLEDGE | DRIVER);
              g.store(Registers.DEVICE_FEATURES_SEL, 1);
              g.store(Registers.DRIVER_FEATURES_SEL, 2);
              g.store(Registers.DRIVER_FEATURES, -1);
            }),
        stage("features settled", g -> g.negotiate(MODERN)),
        stage(
            "a queue set up, nonsense in the registers",
            g -> {
              g.negotiate(PLAIN);
              g.store(Registers.QUEUE_SEL, 0);
              g.store(Registers.QUEUE_NUM, -1);
              g.store(Registers.QUEUE_DESC_HIGH, -1);
              g.store(Registers.QUEUE_DEVICE_LOW, 3);
              g.store(Registers.QUEUE_SEL, -1);
            }),
        stage("in use", GuestDriver::start),
        stage(
            "needs a reset",
            g -> {
              g.start();
              g.ring(0).offerHead(QUEUE_SIZE);
              g.kick(0);
            }),
        stage("could not start", g -> g.negotiate(PLAIN).configureNothingRight().driverOk()),
        stage("given up by the driver", g -> g.start().store(Registers.STATUS, FAILED | 15)));
  }

  private static Named<Consumer<GuestDriver>> stage(String name, Consumer<GuestDriver> stage) {
    return Named.of(name, stage);
  }

  @ParameterizedTest
  @MethodSource("stages")
  void aRestoredDeviceIsWhereTheSavedOneWas(Consumer<GuestDriver> stage) {
    stage.accept(guest);
    VirtioState saved = guest.save();
    GuestDriver copy = guest.copy(SaveRestoreTest::rng);
    copy.transport().restore(saved);

    assertThat(copy.transport().save()).isEqualTo(saved);
    for (int register : REGISTERS) {
      assertThat(copy.load(register)).as("register 0x%x", register).isEqualTo(guest.load(register));
    }
    assertThat(copy.interrupt().isUp()).isEqualTo(copy.load(Registers.INTERRUPT_STATUS) != 0);
  }

  @ParameterizedTest
  @MethodSource("stages")
  void aDriverCanStartOverAfterARestore(Consumer<GuestDriver> stage) {
    stage.accept(guest);
    GuestDriver copy = guest.copy(SaveRestoreTest::rng);
    guest.handOver(copy);

    for (GuestDriver machine : List.of(guest, copy)) {
      machine.start();
      int head = machine.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
      machine.kick(0);
      assertThat(machine.ring(0).takeUsed()).containsExactly(new Used(head, 8));
      assertThat(machine.interrupt().isUp()).isTrue();
    }
  }

  @Test
  void aDriverSavedBetweenTwoRegistersFinishesItsSetUp() {
    guest.negotiate(MODERN);
    QueueLayout layout = RingDriver.at(guest.memory(), GuestDriver.RINGS_GPA, 16).layout();
    guest.store(Registers.QUEUE_SEL, 0);
    guest.store(Registers.QUEUE_NUM, 16);
    guest.store(Registers.QUEUE_DESC_LOW, (int) layout.descriptorGpa());
    GuestDriver copy = guest.copy(SaveRestoreTest::rng);
    guest.handOver(copy);

    copy.store(Registers.QUEUE_DRIVER_LOW, (int) layout.driverGpa());
    copy.store(Registers.QUEUE_DEVICE_LOW, (int) layout.deviceGpa());
    copy.store(Registers.QUEUE_READY, 1);
    copy.driverOk();
    RingDriver ring = new RingDriver(copy.memory(), layout);
    int head = ring.offer(Piece.write(BUFFERS_GPA, 8));
    copy.kick(0);
    assertThat(ring.takeUsed()).containsExactly(new Used(head, 8));
    assertThat(guest.status()).isEqualTo(11);
  }

  @ParameterizedTest
  @ValueSource(longs = {PLAIN, MODERN})
  void requestsWaitingInTheRingAreServedOnceOnEitherMachine(long features) {
    guest.start(features);
    List<Used> expected =
        IntStream.range(0, 10)
            .mapToObj(i -> new Used(guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8)), 8))
            .toList();
    GuestDriver copy = guest.copy(SaveRestoreTest::rng);
    guest.handOver(copy);

    assertThat(copy.ring(0).takeUsed()).isEmpty();
    copy.serve();
    guest.serve();
    assertThat(copy.ring(0).takeUsed()).isEqualTo(expected);
    assertThat(guest.ring(0).takeUsed()).isEqualTo(expected);
    copy.serve();
    assertThat(copy.ring(0).takeUsed()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {PLAIN, MODERN})
  void fiftyGenerationsOfAGuestAtWorkLoseAndDoubleNothing(long features)
      throws InterruptedException {
    GuestDriver now = guest;
    now.start(features);
    DeviceLoop loop = DeviceLoop.start(now.transport(), "test-generation");
    SplittableRandom random = new SplittableRandom(7);
    int offered = 0;
    int seen = 0;
    for (int generation = 0; generation < 50; generation++) {
      for (int burst = random.nextInt(20, 60); burst > 0; burst--) {
        int before = now.ring(0).availIndex();
        while (offered - seen < QUEUE_SIZE && random.nextInt(8) != 0) {
          now.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
          offered++;
        }
        if (features == PLAIN || now.ring(0).wantsNotification(before)) {
          now.store(Registers.QUEUE_NOTIFY, 0);
        }
        seen = takeInOrder(now, seen);
      }
      // Here, the device thread is anywhere.
      VirtioState state = now.save();
      GuestDriver next = now.copy(SaveRestoreTest::rng);
      loop.close();
      next.transport().restore(state);
      loop = DeviceLoop.start(next.transport(), "test-generation");
      next.transport().resume();
      now = next;
    }
    while (seen < offered) {
      if (now.ring(0).sleepsUntilUsed(seen & 0xffff)) {
        now.interrupt().awaitRising();
        now.handleInterrupt();
      }
      seen = takeInOrder(now, seen);
    }
    loop.close();
    assertThat(now.needsReset()).isFalse();
    assertThat(now.ring(0).usedIndex()).isEqualTo(offered & 0xffff);
  }

  /** The device serves in order and each chain is one descriptor: heads count up. */
  private static int takeInOrder(GuestDriver guest, int seen) {
    int next = seen;
    for (Used used : guest.ring(0).takeUsed()) {
      assertThat(used).isEqualTo(new Used(next % QUEUE_SIZE, 8));
      next++;
    }
    return next;
  }

  @Test
  void anInterruptThatIsPendingIsDeliveredAfterTheRestore() {
    guest.start(PLAIN);
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
    guest.kick(0);
    GuestDriver copy = guest.copy(SaveRestoreTest::rng);
    guest.handOver(copy);

    assertThat(copy.interrupt().isUp()).isTrue();
    assertThat(copy.handleInterrupt()).isEqualTo(InterruptLine.USED_BUFFER);
    assertThat(copy.interrupt().isUp()).isFalse();
    assertThat(copy.ring(0).takeUsed()).hasSize(1);
    assertThat(guest.load(Registers.INTERRUPT_STATUS)).isEqualTo(InterruptLine.USED_BUFFER);
  }

  @Test
  void aPendingInterruptIsRaisedAgainOnResumeForAnInterruptControllerRestoredLater() {
    guest.start(PLAIN);
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
    guest.kick(0);
    GuestDriver copy = guest.copy(SaveRestoreTest::rng);
    copy.transport().restore(guest.save());
    int before = copy.interrupt().raises();
    copy.transport().resume();
    assertThat(copy.interrupt().raises()).isEqualTo(before + 1);
  }

  @Test
  void anInterruptThatWasAcknowledgedIsNotDeliveredAgain() {
    guest.start(MODERN);
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
    guest.kick(0);
    guest.handleInterrupt();
    GuestDriver copy = guest.copy(SaveRestoreTest::rng);
    guest.handOver(copy);
    copy.serve();
    assertThat(copy.interrupt().raises()).isZero();
    assertThat(guest.interrupt().raises()).isEqualTo(1);
  }

  @Test
  void eventIndicesGoOnAcrossTheRestoreAndTheWrap() {
    guest.start(MODERN);
    int total = 65_530;
    for (int i = 0; i < total; i += 10) {
      guest.ring(0).usedEvent(i + 1000);
      IntStream.range(0, 10).forEach(n -> guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8)));
      guest.kick(0);
      guest.ring(0).takeUsed();
    }
    // The driver wants to hear of the 12th buffer from here, which is beyond the wrap.
    guest.ring(0).usedEvent(total + 11);
    GuestDriver copy = guest.copy(SaveRestoreTest::rng);
    guest.handOver(copy);

    assertThat(copy.ring(0).availEvent()).isEqualTo(total);
    for (int i = 1; i <= 20; i++) {
      int before = copy.ring(0).availIndex();
      copy.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
      assertThat(copy.ring(0).wantsNotification(before)).isTrue();
      copy.kick(0);
      assertThat(copy.ring(0).takeUsed()).hasSize(1);
      assertThat(copy.interrupt().raises()).as("after %d", i).isEqualTo(i < 12 ? 0 : 1);
    }
  }

  @Test
  void aRestoreOfAnIdleDeviceWritesNoMemory() {
    guest.start(MODERN);
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
    guest.kick(0);
    GuestDriver copy = guest.copy(SaveRestoreTest::rng);
    guest.handOver(copy);
    copy.serve();

    DirtyPages dirty = copy.memory().dirtyPages(0);
    for (int word = 0; word < dirty.wordCount(); word++) {
      assertThat(dirty.take(word)).isZero();
    }
  }

  @Test
  void pagesThatAreNotThereYetAreAskedFor() {
    guest.start(MODERN);
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
    guest.ring(0).offer(Piece.write(BUFFERS_GPA + 4096, 8));
    GuestDriver copy = guest.lazyCopy(SaveRestoreTest::rng);
    guest.handOver(copy);
    copy.serve();
    assertThat(copy.ring(0).takeUsed()).containsExactly(new Used(0, 8), new Used(1, 8));
  }

  @Test
  void aMachineRestoredTwiceIsTwoMachines() {
    guest.start(MODERN);
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
    VirtioState state = guest.save();
    GuestDriver one = guest.copy(SaveRestoreTest::rng);
    GuestDriver other = guest.copy(SaveRestoreTest::rng);
    one.transport().restore(state);
    other.transport().restore(state);
    one.transport().resume();
    one.serve();
    other.serve();
    assertThat(one.ring(0).takeUsed()).hasSize(1);
    assertThat(other.ring(0).takeUsed()).as("still at rest").isEmpty();
    other.transport().resume();
    other.serve();
    assertThat(other.ring(0).takeUsed()).hasSize(1);
  }
}

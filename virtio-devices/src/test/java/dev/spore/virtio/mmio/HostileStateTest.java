package dev.spore.virtio.mmio;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static dev.spore.virtio.mmio.GuestDriver.MODERN;
import static dev.spore.virtio.mmio.GuestDriver.PLAIN;
import static dev.spore.virtio.mmio.GuestDriver.RAM_BYTES;
import static dev.spore.virtio.mmio.GuestDriver.RINGS_GPA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.device.ConsoleState;
import dev.spore.format.device.QueueState;
import dev.spore.format.device.RngState;
import dev.spore.format.device.TransportState;
import dev.spore.format.device.VirtioState;
import dev.spore.virtio.DeviceStateException;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.console.ConsoleDevice;
import dev.spore.virtio.memory.DirtyPages;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A manifest is untrusted: no state of a device is taken that no driver could have left. */
class HostileStateTest {
  private static final int RECEIVE = 0;
  private static final int TRANSMIT = 1;

  private final GuestDriver guest = new GuestDriver(HostileStateTest::console);
  private GuestDriver copy = guest;
  private VirtioState honest = new VirtioState(anyTransport(), new RngState());

  private static VirtioDevice console(Doorbell doorbell) {
    return new ConsoleDevice((bytes, offset, length) -> {}, doorbell);
  }

  private static TransportState anyTransport() {
    return new TransportState(4, 0, 0, false, 0, 0, 0, 0, 0, List.of());
  }

  /** A console in use that has served five chains, with two more waiting. */
  @BeforeEach
  void save() {
    guest.start(MODERN);
    for (int i = 0; i < 5; i++) {
      guest.ring(TRANSMIT).offer(Piece.read(BUFFERS_GPA, 8));
    }
    guest.kick(TRANSMIT);
    guest.ring(TRANSMIT).offer(Piece.read(BUFFERS_GPA, 8));
    guest.ring(TRANSMIT).offer(Piece.read(BUFFERS_GPA, 8));
    honest = guest.save();
    copy = guest.copy(HostileStateTest::console);
  }

  private static Named<UnaryOperator<TransportState>> lie(
      String name, UnaryOperator<TransportState> lie) {
    return Named.of(name, lie);
  }

  private static Named<UnaryOperator<TransportState>> status(String name, int status) {
    return lie(name, t -> with(t, status, t.featuresAccepted(), t.interruptStatus(), t.queues()));
  }

  private static Named<UnaryOperator<TransportState>> features(String name, long features) {
    return lie(name, t -> with(t, t.status(), features, t.interruptStatus(), t.queues()));
  }

  private static Named<UnaryOperator<TransportState>> transmit(
      String name, UnaryOperator<QueueState> lie) {
    return lie(
        name,
        t -> {
          List<QueueState> queues = new ArrayList<>(t.queues());
          queues.set(TRANSMIT, lie.apply(queues.get(TRANSMIT)));
          return with(t, t.status(), t.featuresAccepted(), t.interruptStatus(), queues);
        });
  }

  private static Named<UnaryOperator<TransportState>> area(
      String name, long descriptors, long driver, long device) {
    return transmit(name, q -> new QueueState(q.size(), true, descriptors, driver, device, 5, 5));
  }

  private static Named<UnaryOperator<TransportState>> size(long size) {
    return transmit(
        "a ring of " + size,
        q -> new QueueState(size, true, q.descriptorGpa(), q.driverGpa(), q.deviceGpa(), 5, 5));
  }

  private static Named<UnaryOperator<TransportState>> positions(
      String name, int nextAvail, int nextUsed) {
    return transmit(name, q -> at(q, q.ready(), nextAvail, nextUsed));
  }

  private static QueueState at(QueueState q, boolean ready, int nextAvail, int nextUsed) {
    return new QueueState(
        q.size(), ready, q.descriptorGpa(), q.driverGpa(), q.deviceGpa(), nextAvail, nextUsed);
  }

  private static TransportState with(
      TransportState t, int status, long features, int interrupts, List<QueueState> queues) {
    return new TransportState(
        t.deviceType(),
        status,
        features,
        t.unknownFeaturesAccepted(),
        t.deviceFeaturesSel(),
        t.driverFeaturesSel(),
        t.queueSel(),
        interrupts,
        t.configGeneration(),
        queues);
  }

  static Stream<Named<UnaryOperator<TransportState>>> lies() {
    return Stream.of(
        status("a status bit nobody has", 15 | 16),
        status("DRIVER_OK alone", 4),
        status("DRIVER without ACKNOWLEDGE", 2),
        status("FEATURES_OK without DRIVER", 9),
        status("DRIVER_OK without FEATURES_OK", 7),
        status("NEEDS_RESET of a device not in use", 11 | 64),
        status("an interrupt and positions of a device not in use", 11),
        status("positions of a device that needs a reset", 15 | 64),
        features("a feature that is not offered", MODERN | 1L << 33),
        features("the device's own feature bit that is not offered", MODERN | 2),
        features("no VERSION_1", MODERN & ~PLAIN),
        features("all bits", -1),
        lie(
            "an unknown feature window written",
            t -> new TransportState(t.deviceType(), 15, MODERN, true, 0, 0, 0, 0, 0, t.queues())),
        lie("one queue fewer", t -> with(t, 15, MODERN, 0, t.queues().subList(0, 1))),
        lie(
            "one queue more",
            t ->
                with(
                    t,
                    15,
                    MODERN,
                    0,
                    List.of(t.queues().getFirst(), t.queues().getLast(), t.queues().getLast()))),
        lie("no queue", t -> with(t, 15, MODERN, 0, List.of())),
        lie(
            "both queues at one place",
            t -> with(t, 15, MODERN, 0, List.of(t.queues().getLast(), t.queues().getLast()))),
        size(0),
        size(3),
        size(512),
        size(0x1_0000_0000L - 64),
        area("descriptors beyond RAM", RAM_BYTES, RINGS_GPA, RINGS_GPA + 0x1000),
        area("descriptors across the end of RAM", RAM_BYTES - 512, RINGS_GPA, RINGS_GPA + 0x1000),
        area("descriptors at a wrapping address", -1024, RINGS_GPA, RINGS_GPA + 0x1000),
        area("a used ring that is negative", 0x8000, 0x9000, Long.MIN_VALUE),
        area("an avail ring that is odd", 0x8000, 0x9001, 0xa000),
        area("areas on top of each other", 0x8000, 0x8000, 0x8000),
        area("areas in the other queue", RINGS_GPA, 0x9000, 0xa000),
        positions("more taken than used", 6, 5),
        positions("more used than taken", 5, 6),
        positions("behind what memory says was used", 4, 4),
        positions("beyond what memory says was used", 6, 6),
        positions("a full turn away", 5 + 64, 5 + 64),
        transmit("positions in a queue that is not ready", q -> at(q, false, 5, 5)));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void aStateNoDriverLeftIsRefusedAndLeavesADeviceAsNew(UnaryOperator<TransportState> lie) {
    VirtioState state = new VirtioState(lie.apply(honest.transport()), honest.device());
    assertRefused(state);
  }

  private void assertRefused(VirtioState state) {
    assertThatThrownBy(() -> copy.transport().restore(state))
        .isInstanceOf(DeviceStateException.class)
        .hasMessageStartingWith("console: saved state refused: ");

    assertThat(copy.status()).isZero();
    assertThat(copy.interrupt().isUp()).isFalse();
    assertThat(copy.transport().service()).isFalse();
    assertThat(forgetMarks()).as("pages written").isZero();
    assertThatIllegalStateException().isThrownBy(() -> copy.transport().save());
    copy.start();
    int head = copy.ring(TRANSMIT).offer(Piece.read(BUFFERS_GPA, 8));
    copy.kick(TRANSMIT);
    assertThat(copy.ring(TRANSMIT).takeUsed()).containsExactly(new Used(head, 0));
  }

  /** Takes all dirty marks of the copy; returns their number. */
  private int forgetMarks() {
    DirtyPages dirty = copy.memory().dirtyPages(0);
    return IntStream.range(0, dirty.wordCount()).map(i -> Long.bitCount(dirty.take(i))).sum();
  }

  @ParameterizedTest
  @ValueSource(ints = {5 + 64 + 1, 4, 0, 0x7fff})
  void memoryWhoseDriverIsTooFarAheadIsRefused(int availIndex) {
    copy.ring(TRANSMIT).publish(availIndex);
    forgetMarks();
    assertRefused(honest);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6, 0x8005})
  void memoryOfAnotherMomentIsRefused(int usedIndex) {
    copy.memory().putU16(copy.ring(TRANSMIT).layout().deviceGpa() + 2, usedIndex);
    forgetMarks();
    assertRefused(honest);
  }

  @Test
  void aStateOfAnotherDeviceIsRefused() {
    assertRefused(new VirtioState(anyTransport(), new RngState()));
  }

  @Test
  void aSelectorMayPointAnywhere() {
    TransportState t = honest.transport();
    long far = 0xffff_ffffL;
    TransportState wild =
        new TransportState(t.deviceType(), 15, MODERN, false, far, far, far, 0, far, t.queues());
    copy.transport().restore(new VirtioState(wild, new ConsoleState(1, 2)));
    assertThat(copy.load(Registers.QUEUE_NUM_MAX)).isZero();
    assertThat(copy.load(Registers.DEVICE_FEATURES)).isZero();
    assertThat(copy.load(Registers.CONFIG_GENERATION)).isEqualTo(-1);
    assertThat(copy.transport().save().transport()).isEqualTo(wild);
  }

  @Test
  void aBadChainInAGoodRingIsTheGuestsFaultAsEver() {
    copy.ring(RECEIVE).offerHead(9999);
    copy.ring(TRANSMIT).offerHead(9999);
    copy.transport().restore(honest);
    copy.transport().resume();
    copy.serve();
    assertThat(copy.needsReset()).isTrue();
  }

  @Test
  void aDeviceInUseIsNotRestoredInto() {
    copy.start();
    assertThatIllegalStateException()
        .isThrownBy(() -> copy.transport().restore(honest))
        .withMessageContaining("in use");
    assertThat(copy.status()).isEqualTo(15);
  }
}

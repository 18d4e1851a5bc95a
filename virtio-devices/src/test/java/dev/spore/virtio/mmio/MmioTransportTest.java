package dev.spore.virtio.mmio;

import static dev.spore.virtio.mmio.DeviceStatus.ACKNOWLEDGE;
import static dev.spore.virtio.mmio.DeviceStatus.DRIVER;
import static dev.spore.virtio.mmio.DeviceStatus.DRIVER_OK;
import static dev.spore.virtio.mmio.DeviceStatus.FAILED;
import static dev.spore.virtio.mmio.DeviceStatus.FEATURES_OK;
import static dev.spore.virtio.mmio.DeviceStatus.NEEDS_RESET;
import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static dev.spore.virtio.mmio.GuestDriver.MODERN;
import static dev.spore.virtio.mmio.GuestDriver.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.console.ConsoleDevice;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.RingDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Registers of the transport, with a console (two queues, configuration space) behind them. */
class MmioTransportTest {
  private static final int READY_TO_START = ACKNOWLEDGE | DRIVER | FEATURES_OK;

  private final List<ConsoleDevice> made = new ArrayList<>();
  private final GuestDriver guest =
      new GuestDriver(doorbell -> {
        made.add(new ConsoleDevice((bytes, offset, length) -> {}, doorbell));
        return made.getFirst();
      });

  private long refused() {
    return guest.transport().metrics().getOrDefault("refused_accesses", -1L);
  }

  @Test
  void theWindowIntroducesItself() {
    assertThat(guest.load(0x00)).isEqualTo(0x74726976);
    assertThat(guest.load(0x04)).isEqualTo(2);
    assertThat(guest.load(0x08)).isEqualTo(3);
    assertThat(guest.load(0x0c)).isEqualTo(0x524f5053);
    assertThat(guest.load(0xfc)).isZero();
    assertThat(guest.load(0x34)).isEqualTo(256);
    assertThat(refused()).isZero();
  }

  @Test
  void sharedMemoryRegionsReadAsAbsent() {
    guest.store(0xac, 0);
    for (int register = 0xb0; register <= 0xbc; register += 4) {
      assertThat(guest.load(register)).isEqualTo(-1);
    }
    assertThat(refused()).isZero();
  }

  @Test
  void offersVersionOneIndirectTablesAndEventIndices() {
    assertThat(guest.offered()).isEqualTo(MODERN | 1L);
    guest.store(0x14, 2);
    assertThat(guest.load(0x10)).isZero();
    guest.store(0x14, -1);
    assertThat(guest.load(0x10)).isZero();
  }

  @Test
  void aCarefulDriverGetsThrough() {
    guest.start();
    assertThat(guest.status()).isEqualTo(READY_TO_START | DRIVER_OK);
    assertThat(refused()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1L << 29, PLAIN | 2, PLAIN | 1L << 34, PLAIN | 1L << 63})
  void featuresNotOfferedOrWithoutVersionOneAreRefused(long features) {
    guest.negotiate(features);
    assertThat(guest.status()).isEqualTo(ACKNOWLEDGE | DRIVER);
    guest.driverOk();
    assertThat(guest.status()).isEqualTo(ACKNOWLEDGE | DRIVER);
  }

  @Test
  void featuresBeyondBit63AreRefused() {
    guest.negotiate(0);
    guest.store(Registers.DRIVER_FEATURES_SEL, 1);
    guest.store(Registers.DRIVER_FEATURES, 1);
    guest.store(Registers.DRIVER_FEATURES_SEL, 2);
    guest.store(Registers.DRIVER_FEATURES, 4);
    guest.store(Registers.STATUS, READY_TO_START);
    assertThat(guest.status()).isEqualTo(ACKNOWLEDGE | DRIVER);
  }

  @Test
  void featuresCannotChangeOnceSettled() {
    guest.negotiate(PLAIN);
    guest.store(Registers.DRIVER_FEATURES_SEL, 0);
    guest.store(Registers.DRIVER_FEATURES, 2);
    assertThat(refused()).isEqualTo(1);
    guest.driverOk();
    assertThat(guest.status()).isEqualTo(READY_TO_START | DRIVER_OK);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 2, 0", // DRIVER without ACKNOWLEDGE
    "0, 4, 0", // DRIVER_OK first
    "0, 15, 3", // everything at once: features were not accepted
    "1, 9, 1", // FEATURES_OK without DRIVER
    "11, 3, 11", // a bit taken back
    "3, 67, 3", // NEEDS_RESET is the device's to set
    "3, 51, 3", // reserved bits
    "0, 128, 128", // FAILED at any time
    "139, 143, 139", // no start after FAILED
    "79, 143, 207", // the driver gives up after NEEDS_RESET
    "11, 15, 15"
  })
  void statusOnlyAdvancesInOrder(int current, int written, int next) {
    assertThat(DeviceStatus.advance(current, written, false)).isEqualTo(next);
  }

  @Test
  void everyStatusIsReachedByAdding() {
    for (int current = 0; current < 256; current++) {
      for (int written = 0; written < 256; written++) {
        int next = DeviceStatus.advance(current, written, true);
        assertThat(next & current).isEqualTo(current);
        assertThat(next & ~current & ~written).isZero();
        assertThat(next & ~current & NEEDS_RESET).isZero();
        if ((next & ~current & DRIVER_OK) != 0) {
          assertThat(current & (FEATURES_OK | FAILED)).isEqualTo(FEATURES_OK);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff})
  void queuesThatDoNotExistReadAsAbsent(int queue) {
    guest.negotiate(PLAIN);
    guest.store(Registers.QUEUE_SEL, queue);
    assertThat(guest.load(Registers.QUEUE_NUM_MAX)).isZero();
    assertThat(guest.load(Registers.QUEUE_READY)).isZero();
    guest.store(Registers.QUEUE_READY, 1);
    assertThat(refused()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 0xffff, 0x8000_0000, 0xffff_ffff})
  void notificationsOfQueuesThatDoNotExistAreCounted(int queue) {
    guest.start();
    guest.store(Registers.QUEUE_NOTIFY, queue);
    assertThat(refused()).isEqualTo(1);
    assertThat(guest.transport().metrics()).containsEntry("notifications", 0L);
  }

  @Test
  void aNotificationBeforeDriverOkWakesNobody() {
    guest.negotiate(PLAIN);
    guest.store(Registers.QUEUE_NOTIFY, 0);
    assertThat(refused()).isEqualTo(1);
    assertThat(guest.transport().service()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "0",
    "3",
    "257",
    "512",
    "65536",
    "-1",
    "-2147483648",
  })
  void sizesTheDeviceDidNotOfferNeedAReset(int size) {
    startWith(new QueueLayout(size, 0x1000, 0x2000, 0x3000));
    assertNeedsReset();
  }

  @ParameterizedTest
  @CsvSource({
    "0x1008, 0x3000, 0x4000", // descriptor table unaligned
    "0x1000, 0x3001, 0x4000", // available ring unaligned
    "0x1000, 0x3000, 0x4002", // used ring unaligned
    "0x1000, 0x10f0, 0x4000", // available ring in the descriptor table
    "0x1000, 0x3000, 0x3010", // used ring in the available ring
    "0x1000, 0x3000, 0x1000", // used ring on the descriptor table
    "0xfffff0, 0x3000, 0x4000", // descriptor table runs out of RAM
    "0x1000, 0xfffffc, 0x4000", // available ring runs out of RAM
    "0x1000, 0x3000, 0xfffffc", // used ring runs out of RAM
    "0x1000, 0xffffde, 0x4000", // available ring runs out of RAM by used_event
    "0x8000000000000000, 0x3000, 0x4000",
    "0x1000, 0xfffffffffffffffe, 0x4000",
    "0x1000, 0x3000, 0xfffffffffffffffc",
    "0x1000, 0x10040, 0x4000", // available ring in the other queue's descriptor table
    "0x1000, 0x3000, 0x10400" // used ring in the other queue's available ring
  })
  void ringsInTheWrongPlaceNeedAReset(String descriptors, String driver, String device) {
    startWith(new QueueLayout(16, gpa(descriptors), gpa(driver), gpa(device)));
    assertNeedsReset();
  }

  @Test
  void ringsThatJustFitDoNot() {
    // 16 entries: 256, 38 and 134 bytes, the last ending with RAM.
    startWith(new QueueLayout(16, 0xfffd00, 0xfffe00, 0xffff78));
    assertThat(guest.needsReset()).isFalse();
    assertThat(guest.status()).isEqualTo(READY_TO_START | DRIVER_OK);
  }

  private static long gpa(String text) {
    return Long.parseUnsignedLong(text.substring(2), 16);
  }

  /** Starts with {@code layout} as queue 1 beside a queue 0 of 64 entries at the usual place. */
  private void startWith(QueueLayout layout) {
    guest.negotiate(PLAIN);
    guest.configure(0, RingDriver.at(guest.memory(), GuestDriver.RINGS_GPA, 64).layout());
    guest.configure(1, layout);
    guest.driverOk();
  }

  private void assertNeedsReset() {
    assertThat(guest.status()).isEqualTo(READY_TO_START | DRIVER_OK | NEEDS_RESET);
    assertThat(guest.handleInterrupt()).isEqualTo(InterruptLine.CONFIG_CHANGE);
    assertThat(guest.transport().service()).isFalse();
    guest.start();
    assertThat(guest.status()).isEqualTo(READY_TO_START | DRIVER_OK);
  }

  @Test
  void aQueueLeftUnusedIsNotAFault() {
    guest.negotiate(PLAIN);
    guest.driverOk();
    assertThat(guest.status()).isEqualTo(READY_TO_START | DRIVER_OK);
    guest.kick(0);
    assertThat(guest.needsReset()).isFalse();
  }

  @Test
  void queuesAreFrozenFromDriverOkToReset() {
    guest.start();
    long before = refused();
    // Nothing here may reach the device: not a size (CVE-2026-5747), not an address, not ready.
    guest.configure(1, new QueueLayout(3, 0x20, 0x20, 0x20));
    guest.store(Registers.QUEUE_READY, 0);
    assertThat(refused()).isEqualTo(before + 9);
    assertThat(guest.load(Registers.QUEUE_READY)).isEqualTo(1);

    guest.memory().putU8(BUFFERS_GPA, 'x');
    guest.ring(1).offer(Piece.read(BUFFERS_GPA, 1));
    guest.kick(1);
    assertThat(guest.ring(1).takeUsed()).hasSize(1);

    guest.store(Registers.STATUS, 0);
    assertThat(guest.load(Registers.QUEUE_READY)).isZero();
    assertThat(guest.status()).isZero();
  }

  @Test
  void aReadyQueueIsFrozenToo() {
    guest.negotiate(PLAIN);
    guest.configure(0, RingDriver.at(guest.memory(), GuestDriver.RINGS_GPA, 64).layout());
    guest.store(Registers.QUEUE_NUM, 3);
    assertThat(refused()).isEqualTo(1);
    guest.driverOk();
    assertThat(guest.needsReset()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "0x70, 1", "0x70, 2", "0x70, 8", "0x71, 4", "0x72, 4", "0xfe, 4", "0x28, 4", "0xc0, 4",
    "0x0, 0", "0x0, 3", "-4, 4", "0x104, 1", "0x103, 2", "0x101, 2", "0x102, 4", "0x100, 8",
    "0x100, 3", "0x1ff, 1", "0x7ffffffc, 4", "-2147483648, 4", "0x100, 0", "0x100, -1"
  })
  void accessesOfAWrongKindReadZeroAreIgnoredAndCounted(String offset, int width) {
    guest.start();
    int at = Integer.decode(offset);
    assertThat(guest.transport().read(at, width)).isZero();
    guest.transport().write(at, width, 0);
    assertThat(refused()).isEqualTo(2);
    assertThat(guest.status()).isEqualTo(READY_TO_START | DRIVER_OK);
  }

  @Test
  void theVersionCannotBeMadeALegacyOne() {
    guest.store(Registers.VERSION, 1);
    guest.store(0x28, 4096); // GuestPageSize of the legacy transport
    guest.store(0x40, 16); // QueuePFN of the legacy transport
    assertThat(guest.load(Registers.VERSION)).isEqualTo(2);
    assertThat(refused()).isEqualTo(3);
  }

  @Test
  void configurationIsReadInAnyNaturalWidth() {
    made.getFirst().resize(0x0102, 0x0304);
    assertThat(guest.transport().read(0x100, 1)).isEqualTo(0x02);
    assertThat(guest.transport().read(0x101, 1)).isEqualTo(0x01);
    assertThat(guest.transport().read(0x102, 2)).isEqualTo(0x0304);
    assertThat(guest.transport().read(0x100, 4)).isEqualTo(0x03040102L);
    assertThat(refused()).isZero();
  }

  @Test
  void aNewConfigurationIsAnnouncedOnceAndUnderANewGeneration() {
    guest.start();
    guest.serve();
    assertThat(guest.load(Registers.INTERRUPT_STATUS)).isZero();
    int before = guest.load(Registers.CONFIG_GENERATION);
    made.getFirst().resize(100, 30);
    guest.serve();
    assertThat(guest.load(Registers.CONFIG_GENERATION)).isNotEqualTo(before);
    assertThat(guest.handleInterrupt()).isEqualTo(InterruptLine.CONFIG_CHANGE);
    guest.serve();
    assertThat(guest.load(Registers.INTERRUPT_STATUS)).isZero();
  }

  @Test
  void theLineFallsWithTheLastStatusBit() {
    guest.start();
    guest.ring(1).offer(Piece.read(BUFFERS_GPA, 1));
    made.getFirst().resize(100, 30);
    guest.kick(1);
    assertThat(guest.load(Registers.INTERRUPT_STATUS)).isEqualTo(3);
    guest.store(Registers.INTERRUPT_ACK, 1);
    assertThat(guest.interrupt().isUp()).isTrue();
    guest.store(Registers.INTERRUPT_ACK, 2);
    assertThat(guest.interrupt().isUp()).isFalse();
  }

  @Test
  void aResetLowersTheLine() {
    guest.start();
    guest.ring(1).offer(Piece.read(BUFFERS_GPA, 1));
    guest.kick(1);
    assertThat(guest.interrupt().isUp()).isTrue();
    guest.store(Registers.STATUS, 0);
    assertThat(guest.interrupt().isUp()).isFalse();
    assertThat(guest.load(Registers.INTERRUPT_STATUS)).isZero();
  }
}

package dev.spore.virtio.blk;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.device.BlkState;
import dev.spore.format.device.VirtioState;
import dev.spore.virtio.DeviceStateException;
import dev.spore.virtio.mmio.DeviceLoop;
import dev.spore.virtio.mmio.GuestDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A disk in use, saved and restored over another file of the same content. */
@Timeout(60)
class BlkRestoreTest {
  private static final int SECTORS = 64;
  private static final String ID = "disk0";
  private static final long STATUS = BUFFERS_GPA + 0x8_0000;
  private static final long DATA = BUFFERS_GPA + 0x10_0000;

  private final TestImage image = TestImage.ofSectors(SECTORS);
  private final TestImage other = TestImage.ofSectors(SECTORS);
  private final RecordingDisk disk = new RecordingDisk(image.disk());
  private final RecordingDisk otherDisk = new RecordingDisk(other.disk());
  private final GuestDriver guest = new GuestDriver(bell -> new BlkDevice(disk, ID)).start();

  @AfterEach
  void remove() {
    image.close();
    other.close();
  }

  /** Offers a write of one sector whose bytes are all {@code value}. */
  private static void write(GuestDriver guest, int sector, int value) {
    long header = BUFFERS_GPA + 16L * sector;
    long data = DATA + 512L * sector;
    guest.memory().write(header, BlkRig.header(BlkOperation.OUT.code(), sector), 0, 16);
    guest.memory().fill(data, 512, (byte) value);
    guest.memory().putU8(STATUS + sector, BlkRig.NO_STATUS);
    guest
        .ring(0)
        .offer(Piece.read(header, 16), Piece.read(data, 512), Piece.write(STATUS + sector, 1));
  }

  private static List<String> writes(int from, int to) {
    return Stream.iterate(from, s -> s < to, s -> s + 1)
        .map(s -> "write " + 512L * s + "+512")
        .toList();
  }

  @Test
  void eachWriteReachesTheDiskOfTheMachineThatServesItOnce() {
    write(guest, 0, 1);
    write(guest, 1, 1);
    guest.kick(0);
    write(guest, 2, 2);
    write(guest, 3, 2);
    GuestDriver copy = guest.copy(bell -> new BlkDevice(otherDisk, ID));
    guest.handOver(copy);
    copy.serve();
    write(copy, 4, 3);
    copy.kick(0);

    assertThat(otherDisk.calls).isEqualTo(writes(2, 5));
    assertThat(copy.ring(0).takeUsed()).hasSize(5);
    for (int sector = 0; sector < 5; sector++) {
      assertThat(copy.memory().u8(STATUS + sector)).isZero();
    }
    guest.serve();
    assertThat(disk.calls).isEqualTo(writes(0, 4));
    assertThat(guest.ring(0).takeUsed()).hasSize(4);
    assertThat(other.bytes()[512 * 4]).isEqualTo((byte) 3);
    assertThat(image.bytes()[512 * 4]).isNotEqualTo((byte) 3);
  }

  @Test
  void nothingReachesTheDiskOfADeviceAtRest() {
    try (DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-blk")) {
      assertThat(loop).isNotNull();
      guest.rest();
      write(guest, 0, 1);
      guest.kick(0);
      assertThat(disk.calls).isEmpty();
      guest.transport().resume();
    }
  }

  @Test
  void theStateIsWhatTheDriverRead() {
    assertThat(guest.save().device()).isEqualTo(new BlkState(ID, SECTORS * 512, 512, false));
  }

  private static Stream<BlkState> otherDisks() {
    return Stream.of(
        new BlkState(ID, SECTORS * 512 + 512, 512, false),
        new BlkState(ID, SECTORS * 512, 1024, false),
        new BlkState(ID, SECTORS * 512, 512, true),
        new BlkState("disk1", SECTORS * 512, 512, false));
  }

  @ParameterizedTest
  @MethodSource("otherDisks")
  void aGuestThatKnowsAnotherDiskIsRefused(BlkState known) {
    GuestDriver copy = guest.copy(bell -> new BlkDevice(otherDisk, ID));
    VirtioState state = new VirtioState(guest.save().transport(), known);
    assertThatThrownBy(() -> copy.transport().restore(state))
        .isInstanceOf(DeviceStateException.class)
        .hasMessageContaining("the guest knows the disk as");
    assertThat(copy.status()).isZero();
    assertThat(otherDisk.calls).isEmpty();
  }

  @Test
  void aWritableDiskRestoredReadOnlyIsRefusedByItsFeaturesAlready() {
    GuestDriver copy = guest.copy(bell -> new BlkDevice(other.disk(true, HolePuncher.NONE), ID));
    VirtioState state = guest.save();
    assertThatThrownBy(() -> copy.transport().restore(state))
        .isInstanceOf(DeviceStateException.class)
        .hasMessageContaining("features");
  }
}

package dev.spore.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.Limits;
import dev.spore.virtio.blk.BlkRig.Answer;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a hostile driver, or a failing host, cannot do. */
class BlkHostileTest {
  private static final int SECTORS = 64;
  private static final int OK = 0;
  private static final int IOERR = 1;
  private static final int UNSUPP = 2;

  private final TestImage image = TestImage.ofSectors(SECTORS);
  private final RecordingDisk disk = new RecordingDisk(image.disk());
  private final BlkRig rig = BlkRig.of(disk);

  @AfterEach
  void deleteImage() {
    image.close();
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        SECTORS,
        SECTORS + 1,
        SECTORS - 1,
        1L << 32,
        1L << 54,
        1L << 55,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -2,
        (1L << 55) - 1
      })
  void sectorsOffTheDiskAreRefusedHoweverTheSumWraps(long sector) {
    assertThat(rig.request(BlkOperation.IN, sector, new byte[0], 1024).status()).isEqualTo(IOERR);
    assertThat(rig.request(BlkOperation.OUT, sector, new byte[1024], 0).status()).isEqualTo(IOERR);

    assertThat(disk.calls).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 511, 513, 1023})
  void partialSectorsAreRefused(int bytes) {
    assertThat(rig.request(BlkOperation.IN, 0, new byte[0], bytes).status()).isEqualTo(IOERR);
    assertThat(rig.request(BlkOperation.OUT, 0, new byte[bytes], 0).status()).isEqualTo(IOERR);

    assertThat(disk.calls).isEmpty();
  }

  @Test
  void anEmptyTransferIsFine() {
    assertThat(rig.request(BlkOperation.IN, 0, new byte[0], 0).status()).isEqualTo(OK);
    assertThat(rig.request(BlkOperation.OUT, SECTORS, new byte[0], 0).status()).isEqualTo(OK);
  }

  @Test
  void aReadOnlyDiskRefusesAllThatWouldChangeIt() {
    RecordingDisk locked = new RecordingDisk(image.disk(true, HolePuncher.NONE));
    // A driver that claims bits it was never offered must not get further than one that does not.
    for (long features : new long[] {1L << BlkDevice.F_RO, -1L}) {
      BlkRig readOnly = BlkRig.withFeatures(locked, features & ~(3L << 28));
      byte[] segment = BlkRig.segment(0, 1, 0);
      assertThat(readOnly.request(BlkOperation.OUT, 0, new byte[512], 0).status()).isEqualTo(IOERR);
      assertThat(readOnly.request(BlkOperation.DISCARD, 0, segment, 0).status()).isNotEqualTo(OK);
      assertThat(readOnly.request(BlkOperation.WRITE_ZEROES, 0, segment, 0).status())
          .isNotEqualTo(OK);
      assertThat(readOnly.request(BlkOperation.FLUSH, 0, new byte[0], 0).status()).isEqualTo(OK);
      assertThat(locked.calls).isEmpty();
      assertThat(readOnly.request(BlkOperation.IN, 0, new byte[0], 512).status()).isEqualTo(OK);
      locked.calls.clear();
    }
    assertThat(image.bytes()).isEqualTo(TestImage.pattern(0, SECTORS));
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 3, 5, 7, 9, 10, 12, 14, 15, 16, 0x8000_0000L, 0xffff_ffffL})
  void unknownTypesAreUnsupported(long type) {
    assertThat(rig.request(type, 0, new byte[512], 512).status()).isEqualTo(UNSUPP);

    assertThat(disk.calls).isEmpty();
  }

  @Test
  void discardAndZeroesThatWereNotNegotiatedAreUnsupported() {
    BlkRig simple = BlkRig.withFeatures(disk, 0);

    assertThat(simple.request(BlkOperation.DISCARD, 0, BlkRig.segment(0, 1, 0), 0).status())
        .isEqualTo(UNSUPP);
    assertThat(simple.request(BlkOperation.WRITE_ZEROES, 0, BlkRig.segment(0, 1, 0), 0).status())
        .isEqualTo(UNSUPP);
    assertThat(disk.calls).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 15})
  void aShortHeaderIsAnErrorWithAStatus(int bytes) {
    Answer answer = rig.cut(new byte[bytes], List.of(), 512, List.of());

    assertThat(answer.status()).isEqualTo(IOERR);
    assertThat(answer.usedBytes()).isEqualTo(1);
  }

  @Test
  void aRequestWithoutAnyHeaderIsAnErrorWithAStatus() {
    rig.ring.offer(Piece.write(BlkRig.BUFFERS, 513));
    rig.drain();

    assertThat(rig.ring.takeUsed()).containsExactly(new Used(0, 1));
    assertThat(rig.memory.u8(BlkRig.BUFFERS + 512)).isEqualTo(IOERR);
  }

  @Test
  void aRequestWithoutAStatusByteIsDroppedAndCountedAndItsNeighbourServed() {
    rig.memory.write(BlkRig.BUFFERS, BlkRig.header(1, 0), 0, 16);
    rig.ring.offer(Piece.read(BlkRig.BUFFERS, 16), Piece.read(BlkRig.BUFFERS, 512));
    rig.drain();

    assertThat(rig.ring.takeUsed()).containsExactly(new Used(0, 0));
    assertThat(rig.device.metrics()).containsEntry("guest_faults", 1L);
    assertThat(disk.calls).isEmpty();
    assertThat(rig.request(BlkOperation.IN, 0, new byte[0], 512).status()).isEqualTo(OK);
  }

  @Test
  void aRequestBeyondTheByteLimitIsRefused() {
    // The same mebibyte again and again: a chain can be longer than the guest's memory.
    int pieces = (int) (Limits.BLK_REQUEST_BYTES_MAX >> 20) + 1;
    Piece[] chain = new Piece[pieces + 2];
    rig.memory.write(BlkRig.BUFFERS, BlkRig.header(0, 0), 0, 16);
    chain[0] = Piece.read(BlkRig.BUFFERS, 16);
    for (int i = 1; i <= pieces; i++) {
      chain[i] = Piece.write(1 << 20, 1 << 20);
    }
    chain[pieces + 1] = Piece.write(0x9000, 1);
    rig.ring.offer(chain);
    rig.drain();

    assertThat(rig.memory.u8(0x9000)).isEqualTo(IOERR);
    assertThat(disk.calls).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4294967295, 0, 1",
    "0, 65, 0, 1",
    "64, 1, 0, 1",
    "-1, 1, 0, 1",
    "36028797018963967, 2, 0, 1",
    "0, 1, 2, 2",
    "0, 1, 4294967295, 2",
  })
  void rangesOffTheDiskAndUnknownFlagsAreRefused(
      long sector, long sectors, long flags, int status) {
    byte[] segment = BlkRig.segment(sector, sectors, flags);

    assertThat(rig.request(BlkOperation.DISCARD, 0, segment, 0).status()).isEqualTo(status);
    assertThat(rig.request(BlkOperation.WRITE_ZEROES, 0, segment, 0).status()).isEqualTo(status);
    assertThat(disk.calls).isEmpty();
  }

  @Test
  void aDiscardThatAsksToUnmapIsUnsupported() {
    assertThat(rig.request(BlkOperation.DISCARD, 0, BlkRig.segment(0, 1, 1), 0).status())
        .isEqualTo(UNSUPP);
  }

  @ParameterizedTest
  @EnumSource(names = {"DISCARD", "WRITE_ZEROES"})
  void segmentListsOfAnyOtherLengthAreRefused(BlkOperation operation) {
    for (int bytes : new int[] {0, 1, 15, 17, 31, 16 * (Limits.BLK_DISCARD_SEGMENTS_MAX + 1)}) {
      assertThat(rig.request(operation, 0, new byte[bytes], 0).status()).isEqualTo(IOERR);
    }
    assertThat(disk.calls).isEmpty();
  }

  @Test
  void writeZeroesLongerThanAdvertisedIsRefusedOnADiskThatIsLargeEnough() throws IOException {
    long sectors = Limits.BLK_ZERO_SECTORS_MAX + 1L;
    try (TestImage large = TestImage.ofSectors(1)) {
      large.channel.write(ByteBuffer.allocate(1), sectors * 512 - 1);
      RecordingDisk recording = new RecordingDisk(large.disk());
      BlkRig largeRig = BlkRig.of(recording);
      byte[] segment = BlkRig.segment(0, sectors, 0);
      assertThat(largeRig.request(BlkOperation.WRITE_ZEROES, 0, segment, 0).status())
          .isEqualTo(IOERR);
      assertThat(recording.calls).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 19})
  void getIdWithoutRoomIsRefused(int bytes) {
    assertThat(rig.request(BlkOperation.GET_ID, 0, new byte[0], bytes).status()).isEqualTo(IOERR);
  }

  @Test
  void aFileTruncatedUnderTheGuestIsAnIoErrorAndTheRestStaysReadable() throws IOException {
    image.channel.truncate(10 * 512);

    assertThat(rig.request(BlkOperation.IN, 9, new byte[0], 1024).status()).isEqualTo(IOERR);
    assertThat(rig.request(BlkOperation.IN, 9, new byte[0], 512).status()).isEqualTo(OK);
    assertThat(rig.device.metrics()).containsEntry("host_errors", 1L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"No space left on device", "Input/output error"})
  void hostErrorsAreIoErrorsForTheGuestAndNothingMore(String failure) {
    disk.failure = failure;
    byte[] segment = BlkRig.segment(0, 1, 0);

    assertThat(rig.request(BlkOperation.IN, 0, new byte[0], 512).status()).isEqualTo(IOERR);
    assertThat(rig.request(BlkOperation.OUT, 0, new byte[512], 0).status()).isEqualTo(IOERR);
    assertThat(rig.request(BlkOperation.FLUSH, 0, new byte[0], 0).status()).isEqualTo(IOERR);
    assertThat(rig.request(BlkOperation.DISCARD, 0, segment, 0).status()).isEqualTo(IOERR);
    assertThat(rig.request(BlkOperation.WRITE_ZEROES, 0, segment, 0).status()).isEqualTo(IOERR);
    assertThat(rig.device.metrics()).containsEntry("host_errors", 5L);

    disk.failure = null;
    assertThat(rig.request(BlkOperation.OUT, 0, new byte[512], 0).status()).isEqualTo(OK);
  }
}

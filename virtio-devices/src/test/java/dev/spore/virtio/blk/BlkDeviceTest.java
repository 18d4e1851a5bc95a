package dev.spore.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.virtio.Limits;
import dev.spore.virtio.blk.BlkRig.Answer;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an honest driver gets. */
class BlkDeviceTest {
  private static final int SECTORS = 64;

  private final TestImage image = TestImage.ofSectors(SECTORS);
  private final RecordingDisk disk = new RecordingDisk(image.disk());
  private final BlkRig rig = BlkRig.of(disk);

  @AfterEach
  void deleteImage() {
    image.close();
  }

  @Test
  void aReadReturnsTheSectorsAskedFor() {
    Answer answer = rig.request(BlkOperation.IN, 3, new byte[0], 2 * 512);

    assertThat(answer.status()).isEqualTo(0);
    assertThat(answer.bytes()).isEqualTo(TestImage.pattern(3, 2));
    assertThat(answer.usedBytes()).isEqualTo(2 * 512 + 1);
    assertThat(rig.interrupts).isEqualTo(1);
  }

  @Test
  void aWriteChangesTheSectorsNamedAndNoOther() {
    byte[] data = new byte[2 * 512];
    Arrays.fill(data, (byte) 0xa5);

    Answer answer = rig.request(BlkOperation.OUT, 10, data, 0);

    assertThat(answer.status()).isEqualTo(0);
    assertThat(answer.usedBytes()).isEqualTo(1);
    byte[] expected = TestImage.pattern(0, SECTORS);
    System.arraycopy(data, 0, expected, 10 * 512, data.length);
    assertThat(image.bytes()).isEqualTo(expected);
  }

  @Test
  void theLastSectorCanBeReadAndWritten() {
    assertThat(rig.request(BlkOperation.OUT, SECTORS - 1, new byte[512], 0).status()).isEqualTo(0);
    Answer answer = rig.request(BlkOperation.IN, SECTORS - 1, new byte[0], 512);
    assertThat(answer).extracting(Answer::status, Answer::bytes).containsExactly(0, new byte[512]);
  }

  @Test
  void aFlushIsAnsweredOnlyAfterTheWriteBeforeItIsDurable() {
    rig.request(BlkOperation.OUT, 0, new byte[512], 0);
    assertThat(disk.calls).containsExactly("write 0+512");

    Answer answer = rig.request(BlkOperation.FLUSH, 0, new byte[0], 0);

    assertThat(answer.status()).isEqualTo(0);
    assertThat(disk.calls).containsExactly("write 0+512", "flush");
  }

  @Test
  void aDriverWithoutFlushGetsEveryWriteMadeDurableFirst() {
    BlkRig simple = BlkRig.withFeatures(disk, 0);

    simple.request(BlkOperation.OUT, 0, new byte[512], 0);

    assertThat(disk.calls).containsExactly("write 0+512", "flush");
  }

  @Test
  void getIdAnswersTwentyBytesPaddedWithNul() {
    Answer answer = rig.request(BlkOperation.GET_ID, 0, new byte[0], 20);

    assertThat(answer.status()).isEqualTo(0);
    assertThat(answer.usedBytes()).isEqualTo(21);
    assertThat(new String(answer.bytes(), StandardCharsets.US_ASCII))
        .isEqualTo("disk-under-test\0\0\0\0\0");
  }

  @Test
  void discardAndWriteZeroesReachTheDiskWithTheirRanges() {
    byte[] two = BlkRig.concat(BlkRig.segment(1, 2, 0), BlkRig.segment(8, 4, 0));

    assertThat(rig.request(BlkOperation.DISCARD, 0, two, 0).status()).isEqualTo(0);
    assertThat(rig.request(BlkOperation.WRITE_ZEROES, 0, BlkRig.segment(2, 3, 0), 0).status())
        .isEqualTo(0);
    assertThat(rig.request(BlkOperation.WRITE_ZEROES, 0, BlkRig.segment(9, 1, 1), 0).status())
        .isEqualTo(0);

    assertThat(disk.calls)
        .containsExactly(
            "discard 512+1024", "discard 4096+2048", "zero 1024+1536", "zero 4608+512 unmap");
    byte[] expected = TestImage.pattern(0, SECTORS);
    Arrays.fill(expected, 2 * 512, 5 * 512, (byte) 0);
    Arrays.fill(expected, 9 * 512, 10 * 512, (byte) 0);
    assertThat(image.bytes()).isEqualTo(expected);
  }

  @Test
  void aBatchIsServedInOrderOverSeveralPassesAndLosesNothing() {
    int request = 256 * 1024;
    for (int i = 0; i < 40; i++) {
      rig.memory.write(BlkRig.BUFFERS + 16L * i, BlkRig.header(0, 0), 0, 16);
      rig.ring.offer(
          Piece.read(BlkRig.BUFFERS + 16L * i, 16),
          Piece.write(1 << 20, Math.min(request, SECTORS * 512)),
          Piece.write(0x8000 + i, 1));
    }

    int passes = rig.drain();

    List<Used> used = rig.ring.takeUsed();
    assertThat(used).hasSize(40).allMatch(u -> u.length() == SECTORS * 512 + 1);
    assertThat(used.stream().map(Used::head)).isSorted();
    assertThat(passes).isGreaterThan(1);
    assertThat(rig.interrupts).isLessThanOrEqualTo(passes);
  }

  @Test
  void theConfigurationTellsCapacityAndLimits() {
    ByteBuffer config = ByteBuffer.wrap(rig.device.configSpace()).order(ByteOrder.LITTLE_ENDIAN);

    assertThat(config.capacity()).isEqualTo(60);
    assertThat(config.getLong(0)).isEqualTo(SECTORS);
    assertThat(config.getInt(12)).isEqualTo(126);
    assertThat(config.getInt(20)).isEqualTo(512);
    assertThat(config.getShort(34)).isEqualTo((short) 1);
    assertThat(config.getInt(36)).isEqualTo(Limits.BLK_DISCARD_SECTORS_MAX);
    assertThat(config.getInt(40)).isEqualTo(Limits.BLK_DISCARD_SEGMENTS_MAX);
    assertThat(config.getInt(44)).isEqualTo(1);
    assertThat(config.getInt(48)).isEqualTo(Limits.BLK_ZERO_SECTORS_MAX);
    assertThat(config.getInt(52)).isEqualTo(Limits.BLK_ZERO_SEGMENTS_MAX);
    assertThat(config.get(56)).isEqualTo((byte) 1);
  }

  @Test
  void aWritableDiskOffersFlushDiscardAndZeroesAndAReadOnlyOneOffersRo() {
    long always = 1L << 2 | 1L << 6;

    assertThat(rig.device.deviceFeatures()).isEqualTo(always | 1L << 9 | 1L << 13 | 1L << 14);
    assertThat(new BlkDevice(image.disk(true, HolePuncher.NONE), "").deviceFeatures())
        .isEqualTo(always | 1L << 5);
  }

  @Test
  void largerLogicalBlocksAreToldAndMustDivideTheDisk() throws IOException {
    byte[] config = new BlkDevice(disk, "", 4096).configSpace();
    assertThat(ByteBuffer.wrap(config).order(ByteOrder.LITTLE_ENDIAN).getInt(20)).isEqualTo(4096);

    try (TestImage odd = TestImage.ofSectors(9)) {
      assertThatThrownBy(() -> new BlkDevice(odd.disk(), "", 4096))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("4096");
    }
    assertThatThrownBy(() -> new BlkDevice(disk, "x".repeat(21)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void afterAResetTheDeviceTouchesNothingAndServesTheNextDriver() {
    rig.device.reset();
    rig.offer(BlkRig.header(1, 0), List.of(), 0, List.of());

    assertThat(rig.device.process()).isFalse();
    assertThat(rig.ring.takeUsed()).isEmpty();
    assertThat(disk.calls).isEmpty();

    assertThat(BlkRig.of(disk).request(BlkOperation.IN, 0, new byte[0], 512).status()).isEqualTo(0);
  }

  @Test
  void theMetricsCountWhatWasDone() {
    rig.request(BlkOperation.IN, 0, new byte[0], 1024);
    rig.request(BlkOperation.OUT, 0, new byte[512], 0);
    rig.request(BlkOperation.FLUSH, 0, new byte[0], 0);
    rig.request(99, 0, new byte[0], 0);
    rig.request(BlkOperation.IN, SECTORS, new byte[0], 512);

    assertThat(rig.device.metrics())
        .containsEntry("reads", 1L)
        .containsEntry("read_bytes", 1024L)
        .containsEntry("writes", 1L)
        .containsEntry("written_bytes", 512L)
        .containsEntry("flushes", 1L)
        .containsEntry("unsupported", 1L)
        .containsEntry("guest_faults", 1L)
        .containsEntry("host_errors", 0L);
  }
}

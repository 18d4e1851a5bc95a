package dev.spore.format.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.Blake3;
import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.FormatLimits;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class DiskIndexTest {
  static final int CHUNKS = 64;
  private static final long DISK_BYTES = (long) CHUNKS * DiskIndex.CHUNK_BYTES;
  private static final int SECOND_RUN = DiskIndex.HEADER_BYTES + DiskIndex.RUN_BYTES;

  @Property(tries = 300)
  void findsEveryChunkAndNoOther(
      @ForAll @Size(max = 40) Set<@IntRange(max = CHUNKS - 1) Integer> data) {
    DiskIndexWriter writer = new DiskIndexWriter(DISK_BYTES);
    new TreeSet<>(data).forEach(chunk -> writer.add(chunk, id(chunk)));
    DiskIndex index = open(writer.toBytes());

    assertThat(index.dataChunks()).isEqualTo(data.size());
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      Optional<ChunkId> expected = data.contains(chunk) ? Optional.of(id(chunk)) : Optional.empty();
      assertThat(index.id(chunk)).isEqualTo(expected);
    }
  }

  @Property(tries = 300)
  void runsListTheSameChunks(
      @ForAll @Size(max = 40) Set<@IntRange(max = CHUNKS - 1) Integer> data) {
    DiskIndexWriter writer = new DiskIndexWriter(DISK_BYTES);
    new TreeSet<>(data).forEach(chunk -> writer.add(chunk, id(chunk)));
    DiskIndex index = open(writer.toBytes());

    Set<Integer> listed = new TreeSet<>();
    for (long run = 0; run < index.runs(); run++) {
      for (long i = 0; i < index.runLength(run); i++) {
        listed.add((int) (index.runStart(run) + i));
      }
    }
    assertThat(listed).isEqualTo(new TreeSet<>(data));
  }

  @Test
  void anEmptyDiskOfTheLargestSizeHasOnlyAHeader() {
    byte[] bytes = new DiskIndexWriter(FormatLimits.DISK_BYTES_MAX).toBytes();

    assertThat(bytes).hasSize(DiskIndex.HEADER_BYTES);
    assertThat(open(bytes).id(open(bytes).chunks() - 1)).isEmpty();
  }

  @Test
  void theLastChunkMayBeShort() {
    DiskIndexWriter writer = new DiskIndexWriter(DiskIndex.CHUNK_BYTES + 512);
    writer.add(1, id(1));

    assertThat(open(writer.toBytes()).chunks()).isEqualTo(2);
    assertThat(open(writer.toBytes()).id(1)).contains(id(1));
  }

  @Test
  void chunksComeInRisingOrderWithinTheDisk() {
    DiskIndexWriter writer = new DiskIndexWriter(DISK_BYTES);
    writer.add(5, id(5));

    assertThatIllegalArgumentException().isThrownBy(() -> writer.add(5, id(5)));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.add(4, id(4)));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.add(CHUNKS, id(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.add(6, ChunkId.of(new byte[ChunkId.BYTES])));
  }

  @Test
  void noOtherLengthIsAnIndex() {
    byte[] bytes = twoRuns();
    for (int length = 0; length <= bytes.length + 64; length++) {
      byte[] other = Arrays.copyOf(bytes, length);
      if (length != bytes.length) {
        assertThatThrownBy(() -> open(other)).isInstanceOf(FormatException.class);
      }
    }
  }

  @Test
  void everyByteOfTheHeaderButTheDisksSizeCounts() {
    byte[] bytes = twoRuns();
    for (int at = 0; at < DiskIndex.HEADER_BYTES; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= (byte) 0x80;
      if (at < DiskIndex.DISK_BYTES_AT || at >= DiskIndex.DISK_BYTES_AT + 5) {
        assertThatThrownBy(() -> open(changed)).isInstanceOf(FormatException.class);
      }
    }
  }

  @Test
  void aRunThatTouchesTheOneBeforeIsRefused() {
    assertRefused(SECOND_RUN, 4, "run is not in its place: 1");
  }

  @Test
  void aRunBeforeTheOneBeforeIsRefused() {
    assertRefused(SECOND_RUN, 0, "run is not in its place: 1");
  }

  @Test
  void aRunBeyondTheDiskIsRefused() {
    assertRefused(SECOND_RUN, CHUNKS - 1, "run is not in its place: 1");
    assertRefused(SECOND_RUN, Long.MAX_VALUE, "run is not in its place: 1");
    assertRefused(SECOND_RUN, -1, "run is not in its place: 1");
  }

  @Test
  void anEmptyRunIsRefused() {
    assertRefused(SECOND_RUN + 8, 0, "run is not in its place: 0");
    assertRefused(SECOND_RUN + 8, 4, "run is not in its place: 1");
    assertRefused(SECOND_RUN + 8, -1, "run is not in its place: 0");
  }

  @Test
  void aFirstRunThatSkipsAnIdIsRefused() {
    assertRefused(DiskIndex.HEADER_BYTES + 8, 1, "run is not in its place: 0");
  }

  @Test
  void aDataChunkWithoutIdIsRefused() {
    byte[] bytes = twoRuns();
    Arrays.fill(bytes, bytes.length - ChunkId.BYTES, bytes.length, (byte) 0);

    assertThatThrownBy(() -> open(bytes)).hasMessageContaining("a data chunk has no id: 3");
  }

  /** Chunks 2 and 3, 10 and 11. */
  private static byte[] twoRuns() {
    DiskIndexWriter writer = new DiskIndexWriter(DISK_BYTES);
    for (int chunk : new int[] {2, 3, 10, 11}) {
      writer.add(chunk, id(chunk));
    }
    return writer.toBytes();
  }

  private static void assertRefused(int at, long value, String message) {
    byte[] bytes = twoRuns();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(at, value);

    assertThatThrownBy(() -> open(bytes))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(message);
  }

  private static ChunkId id(int chunk) {
    return Blake3.hash(new byte[] {(byte) chunk});
  }

  private static DiskIndex open(byte[] bytes) {
    return DiskIndex.open("disk0.index", MemorySegment.ofArray(bytes));
  }
}

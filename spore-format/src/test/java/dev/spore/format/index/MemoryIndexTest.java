package dev.spore.format.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.Blake3;
import dev.spore.cas.ChunkId;
import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import dev.spore.format.FormatLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MemoryIndexTest {
  private static final long MIB = 1L << 20;
  private static final ChunkId ONE = Blake3.hash(new byte[] {1});
  private static final ChunkId TWO = Blake3.hash(new byte[] {2});

  @Test
  void readsWhatWasWritten() {
    MemoryIndexWriter writer = MemoryIndexWriter.zero(8 * MIB);
    writer.set(1, ONE);
    writer.set(3, TWO);
    MemoryIndex index = open(writer.toBytes());

    assertThat(index.memoryBytes()).isEqualTo(8 * MIB);
    assertThat(index.chunks()).isEqualTo(4);
    assertThat(index.zeroChunks()).isEqualTo(2);
    assertThat(index.id(0)).isEmpty();
    assertThat(index.id(1)).contains(ONE);
    assertThat(index.isZero(2)).isTrue();
    assertThat(index.id(3)).contains(TWO);
  }

  @Test
  void readsMappedMemoryInPlace() {
    byte[] bytes = MemoryIndexWriter.zero(4 * MIB).toBytes();
    try (Arena arena = Arena.ofConfined()) {
      // One byte off: a mapping inside a larger file need not be aligned.
      MemorySegment segment = arena.allocate(bytes.length + 1L).asSlice(1);
      segment.copyFrom(MemorySegment.ofArray(bytes));

      assertThat(MemoryIndex.open(segment).zeroChunks()).isEqualTo(2);
    }
  }

  @Test
  void aCopyChangesOnlyWhatIsSet() {
    MemoryIndexWriter writer = MemoryIndexWriter.zero(4 * MIB);
    writer.set(0, ONE);
    MemoryIndex before = open(writer.toBytes());
    MemoryIndexWriter next = MemoryIndexWriter.copyOf(before);
    next.set(1, TWO);
    MemoryIndex after = open(next.toBytes());

    assertThat(before.id(1)).isEmpty();
    assertThat(after.id(0)).contains(ONE);
    assertThat(after.id(1)).contains(TWO);
    next.set(0, null);
    assertThat(open(next.toBytes()).id(0)).isEmpty();
  }

  @Test
  void noOtherLengthIsAnIndex() {
    byte[] bytes = MemoryIndexWriter.zero(4 * MIB).toBytes();
    for (int length = 0; length <= bytes.length + 64; length++) {
      byte[] other = Arrays.copyOf(bytes, length);
      if (length != bytes.length) {
        assertThatThrownBy(() -> open(other)).isInstanceOf(FormatException.class);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0,INVALID", "8,UNKNOWN_VERSION", "14,INVALID", "16,INVALID", "23,TOO_LARGE"})
  void aChangedHeaderIsRefused(int at, Code code) {
    byte[] bytes = MemoryIndexWriter.zero(4 * MIB).toBytes();
    bytes[at] ^= 1;

    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> open(bytes))
        .satisfies(e -> assertThat(e.code()).isEqualTo(code))
        .withMessageStartingWith("memory.index:");
  }

  @Test
  void everyByteOfTheHeaderCounts() {
    byte[] bytes = MemoryIndexWriter.zero(4 * MIB).toBytes();
    for (int at = 0; at < MemoryIndex.HEADER_BYTES; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= (byte) 0x80;
      assertThatThrownBy(() -> open(changed)).isInstanceOf(FormatException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-2 * MIB, 0, MIB, 3 * MIB, FormatLimits.MEMORY_BYTES_MAX + 2 * MIB})
  void noOtherSizeOfRamIsWritten(long memoryBytes) {
    assertThatIllegalArgumentException().isThrownBy(() -> MemoryIndexWriter.zero(memoryBytes));
  }

  @Test
  void chunksBeyondTheEndAreNotRead() {
    MemoryIndex index = open(MemoryIndexWriter.zero(4 * MIB).toBytes());

    assertThatThrownBy(() -> index.id(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> index.isZero(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> MemoryIndexWriter.zero(4 * MIB).set(2, null))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static MemoryIndex open(byte[] bytes) {
    return MemoryIndex.open(MemorySegment.ofArray(bytes));
  }
}

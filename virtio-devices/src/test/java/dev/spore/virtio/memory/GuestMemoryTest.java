package dev.spore.virtio.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.virtio.memory.GuestMemory.Region;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestMemoryTest {
  private static final int PAGE = GuestMemory.PAGE_BYTES;

  /** RAM below a hole and above it, as a machine of more than 3 GiB has. */
  private final GuestMemory memory =
      GuestMemory.of(List.of(new Region(0, ram(2)), new Region(16L * PAGE, ram(1))));

  private static MemorySegment ram(int pages) {
    return Arena.ofAuto().allocate((long) pages * PAGE, PAGE);
  }

  @Test
  void numbersAreLittleEndianAndUnsigned() {
    memory.putU64(3, 0xfedcba9876543210L);

    assertThat(memory.u8(10)).isEqualTo(0xfe);
    assertThat(memory.u16(9)).isEqualTo(0xfedc);
    assertThat(memory.u32(7)).isEqualTo(0xfedcba98L);
    assertThat(memory.u64(3)).isEqualTo(0xfedcba9876543210L);
  }

  @ParameterizedTest
  @CsvSource({
    "0x1fff, 2", // crosses the end of the first region
    "0x2000, 1", // starts in the hole
    "0xffff, 2", // crosses from the hole into RAM
    "0x1000, 0xf001", // RAM at both ends, a hole between
    "0x11000, 1", // past the last region
    "0x10001, 0x1000", // crosses the end of RAM by one byte
    "0x7fffffffffffffff, 1",
    "0xffffffffffffffff, 1",
    "0xfffffffffffffff0, 0x20", // wraps to RAM
    "0x1000, 0x7fffffffffffffff",
    "0x1000, 0xffffffffffffffff",
    "0x2000, 0" // empty, but not in RAM
  })
  void whatLeavesRamIsRefused(String gpa, String length) {
    assertThat(memory.contains(number(gpa), number(length))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0, 0x2000", "0x1fff, 1", "0x10000, 0x1000", "0x10fff, 1", "0x10fff, 0"})
  void whatFitsIsNot(String gpa, String length) {
    assertThat(memory.contains(number(gpa), number(length))).isTrue();
  }

  private static long number(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseUnsignedLong(text);
  }

  @Test
  void aRefusedWriteTouchesNothing() {
    byte[] ones = {1, 1, 1, 1};
    long end = 2L * PAGE;

    assertThatThrownBy(() -> memory.write(end - 2, ones, 0, 4))
        .isInstanceOf(GuestMemoryException.class)
        .hasMessageContaining("0x1ffe");
    assertThatThrownBy(() -> memory.putU32(end - 2, -1)).isInstanceOf(GuestMemoryException.class);
    assertThatThrownBy(() -> memory.fill(end - 2, 4, (byte) 1))
        .isInstanceOf(GuestMemoryException.class);
    assertThatThrownBy(() -> memory.writable(end - 2, 4)).isInstanceOf(GuestMemoryException.class);
    assertThat(memory.u16(end - 2)).isZero();
    assertThat(memory.dirtyPages(0).take(0)).isZero();
  }

  @Test
  void everyKindOfWriteMarksItsPagesAndNoOther() {
    byte[] bytes = new byte[10];
    memory.write(PAGE - 5, bytes, 0, 10);
    assertThat(memory.dirtyPages(0).take(0)).isEqualTo(0b11);
    memory.putU8(0, 1);
    assertThat(memory.dirtyPages(0).take(0)).isEqualTo(0b01);
    memory.putU16(PAGE, 1);
    assertThat(memory.dirtyPages(0).take(0)).isEqualTo(0b10);
    memory.putU32(PAGE - 4, 1);
    assertThat(memory.dirtyPages(0).take(0)).isEqualTo(0b01);
    memory.putU64(PAGE - 4, 1);
    assertThat(memory.dirtyPages(0).take(0)).isEqualTo(0b11);
    memory.putU16Release(PAGE, 1);
    assertThat(memory.dirtyPages(0).take(0)).isEqualTo(0b10);
    memory.fill(0, 1, (byte) 1);
    assertThat(memory.dirtyPages(0).take(0)).isEqualTo(0b01);
    memory.writable(PAGE, 1);
    assertThat(memory.dirtyPages(0).take(0)).isEqualTo(0b10);
    assertThat(memory.dirtyPages(1).take(0)).isZero();
    memory.putU8(16L * PAGE, 1);
    assertThat(memory.dirtyPages(1).take(0)).isEqualTo(1);
  }

  @Test
  void readsMarkNothing() {
    memory.read(0, new byte[PAGE], 0, PAGE);
    memory.readable(0, PAGE);
    assertThat(memory.u64(0)).isZero();
    assertThat(memory.dirtyPages(0).take(0)).isZero();
  }

  @Test
  void aViewForReadingCannotBeWritten() {
    assertThat(memory.readable(0, 16).isReadOnly()).isTrue();
  }

  @Test
  void regionsThatOverlapOrAreOutOfOrderAreRefused() {
    Region low = new Region(0, ram(2));
    Region inside = new Region(PAGE, ram(2));
    assertThatThrownBy(() -> GuestMemory.of(List.of(low, inside)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> GuestMemory.of(List.of(inside, low)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> GuestMemory.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

package dev.spore.cas;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class ZeroTestTest {
  private static final int SIZE = 200_003;

  @Property(tries = 300)
  void oneBitAnywhereIsSeen(
      @ForAll @IntRange(max = SIZE - 1) int at, @ForAll @IntRange(max = 7) int bit) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(SIZE);
      assertThat(ZeroTest.isZero(bytes)).isTrue();
      bytes.set(ValueLayout.JAVA_BYTE, at, (byte) (1 << bit));
      assertThat(ZeroTest.isZero(bytes)).isFalse();
    }
  }

  @Property(tries = 100)
  void whatLiesOutsideDoesNotCount(@ForAll @IntRange(max = 300) int length) {
    byte[] bytes = new byte[length + 2];
    bytes[0] = 1;
    bytes[length + 1] = 1;
    assertThat(ZeroTest.isZero(MemorySegment.ofArray(bytes).asSlice(1, length))).isTrue();
  }

  @Example
  void nothingIsZero() {
    assertThat(ZeroTest.isZero(MemorySegment.ofArray(new byte[0]))).isTrue();
  }
}

package dev.spore.virtio.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.virtio.memory.GuestMemory.Region;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RAM whose bytes come only when asked for: nothing may touch them earlier. */
class ResidencyTest {
  private static final int PAGE = GuestMemory.PAGE_BYTES;

  /** Start of the second region. */
  private static final long HIGH = 16L * PAGE;

  private static final byte ARRIVED = 0x5a;

  private final MemorySegment low = Arena.ofAuto().allocate(PAGE, PAGE);
  private final MemorySegment high = Arena.ofAuto().allocate(2L * PAGE, PAGE);
  private final List<String> asked = new ArrayList<>();
  private final GuestMemory memory =
      GuestMemory.of(List.of(new Region(0, low), new Region(HIGH, high)), this::bring);
  private boolean unreachable;

  private void bring(int region, long offset, long length) {
    if (unreachable) {
      throw new UncheckedIOException(new IOException("the chunk is gone"));
    }
    asked.add(region + ":" + offset + "+" + length);
    (region == 0 ? low : high).asSlice(offset, length).fill(ARRIVED);
  }

  private static Named<Consumer<GuestMemory>> access(String name, Consumer<GuestMemory> access) {
    return Named.of(name, access);
  }

  /** Every way to 8 bytes or fewer at 8 bytes into the second region. */
  private static Stream<Named<Consumer<GuestMemory>>> writes() {
    long at = HIGH + 8;
    return Stream.of(
        access("u8", m -> m.putU8(at, 1)),
        access("u16", m -> m.putU16(at, 1)),
        access("u16 release", m -> m.putU16Release(at, 1)),
        access("u32", m -> m.putU32(at, 1)),
        access("u64", m -> m.putU64(at, 1)),
        access("bytes", m -> m.write(at, new byte[] {1}, 0, 1)),
        access("fill", m -> m.fill(at, 1, (byte) 1)),
        access("view", m -> m.writable(at, 1).put((byte) 1)));
  }

  private static Stream<Named<Consumer<GuestMemory>>> reads() {
    long at = HIGH + 8;
    return Stream.of(
        access("u8", m -> assertThat(m.u8(at)).isEqualTo(0x5a)),
        access("u16", m -> assertThat(m.u16(at)).isEqualTo(0x5a5a)),
        access("u16 acquire", m -> assertThat(m.u16Acquire(at)).isEqualTo(0x5a5a)),
        access("u32", m -> assertThat(m.u32(at)).isEqualTo(0x5a5a5a5aL)),
        access("u64", m -> assertThat(m.u64(at)).isEqualTo(0x5a5a5a5a5a5a5a5aL)),
        access(
            "bytes",
            m -> {
              byte[] copy = new byte[1];
              m.read(at, copy, 0, 1);
              assertThat(copy).containsExactly(ARRIVED);
            }),
        access("view", m -> assertThat(m.readable(at, 1).get()).isEqualTo(ARRIVED)));
  }

  @ParameterizedTest
  @MethodSource("reads")
  void aReadSeesWhatArrived(Consumer<GuestMemory> read) {
    read.accept(memory);
    assertThat(asked).singleElement().asString().startsWith("1:8+");
    assertThat(memory.dirtyPages(1).take(0)).isZero();
  }

  @ParameterizedTest
  @MethodSource("writes")
  void aWriteIsNotOverwrittenByWhatArrives(Consumer<GuestMemory> write) {
    write.accept(memory);
    assertThat(asked).singleElement().asString().startsWith("1:8+");
    assertThat(high.get(ValueLayout.JAVA_BYTE, 8)).isEqualTo((byte) 1);
    assertThat(memory.dirtyPages(1).take(0)).isEqualTo(1);
  }

  @Test
  void theWholeRangeIsAskedFor() {
    memory.readable(HIGH + PAGE - 1, 2);
    memory.fill(0, PAGE, (byte) 0);
    assertThat(asked).containsExactly("1:4095+2", "0:0+4096");
  }

  @ParameterizedTest
  @MethodSource({"reads", "writes"})
  void whatCannotComeIsNeitherTouchedNorMarked(Consumer<GuestMemory> access) {
    unreachable = true;
    assertThatThrownBy(() -> access.accept(memory)).isInstanceOf(UncheckedIOException.class);
    assertThat(high.get(ValueLayout.JAVA_BYTE, 8)).isZero();
    assertThat(memory.dirtyPages(1).take(0)).isZero();
  }

  @Test
  void nothingIsAskedForOutsideRamNorForNoBytes() {
    assertThatThrownBy(() -> memory.u64(HIGH + 2L * PAGE - 4))
        .isInstanceOf(GuestMemoryException.class);
    assertThatThrownBy(() -> memory.putU8(PAGE, 1)).isInstanceOf(GuestMemoryException.class);
    assertThat(memory.contains(HIGH, PAGE)).isTrue();
    memory.read(HIGH, new byte[0], 0, 0);
    memory.fill(HIGH, 0, (byte) 1);
    assertThat(asked).isEmpty();
  }
}

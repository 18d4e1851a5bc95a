package dev.spore.format.hint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.FormatException;
import dev.spore.format.FormatLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class WorkingSetTest {
  private static final long MEMORY_BYTES = 64L << 20;
  private static final WorkingSet SAMPLE =
      new WorkingSet(MEMORY_BYTES, List.of(new PageRange(0, 3), new PageRange(100, 1)));

  @Property(tries = 300)
  void whatIsWrittenIsReadAgain(
      @ForAll @Size(max = 50) List<@IntRange(min = 1, max = 50) Integer> gaps) {
    List<PageRange> ranges = new ArrayList<>();
    long page = 0;
    for (int gap : gaps) {
      ranges.add(new PageRange(page + gap, gap));
      page += 2L * gap;
    }
    WorkingSet set = new WorkingSet(MEMORY_BYTES, ranges);

    assertThat(WorkingSet.parse(set.encode())).isEqualTo(set);
  }

  @Test
  void theEndsOfTheLargestRamCanBeNamed() {
    long pages = FormatLimits.MEMORY_BYTES_MAX / WorkingSet.PAGE_BYTES;
    WorkingSet all =
        new WorkingSet(FormatLimits.MEMORY_BYTES_MAX, List.of(new PageRange(0, pages)));

    assertThat(WorkingSet.parse(all.encode())).isEqualTo(all);
  }

  @Test
  void rangesThatOverlapTouchOrGoBackAreRefused() {
    assertRefused(new PageRange(0, 3), new PageRange(2, 1));
    assertRefused(new PageRange(0, 3), new PageRange(3, 1));
    assertRefused(new PageRange(8, 1), new PageRange(3, 1));
    assertRefused(new PageRange(3, 1), new PageRange(3, 1));
  }

  @Test
  void aRangeBeyondRamIsRefused() {
    assertRefused(new PageRange(MEMORY_BYTES / WorkingSet.PAGE_BYTES - 1, 2));
  }

  @Test
  void anEmptyRangeIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new PageRange(1, 0));
  }

  @Test
  void noOtherLengthIsAWorkingSet() {
    byte[] bytes = SAMPLE.encode();
    for (int length = 0; length <= bytes.length + 16; length++) {
      byte[] other = Arrays.copyOf(bytes, length);
      if (length != bytes.length) {
        assertThatThrownBy(() -> WorkingSet.parse(other)).isInstanceOf(FormatException.class);
      }
    }
  }

  @Test
  void aChangedByteIsRefusedOrAnotherSet() {
    byte[] bytes = SAMPLE.encode();
    for (int at = 0; at < bytes.length; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= 1;
      try {
        assertThat(WorkingSet.parse(changed)).isNotEqualTo(SAMPLE);
        assertThat(WorkingSet.parse(changed).encode()).isEqualTo(changed);
      } catch (FormatException refused) {
        assertThat(refused).hasMessageStartingWith("working.set:");
      }
    }
  }

  @Test
  void aCountBeyondItsBoundIsRefusedUnread() {
    byte[] bytes = SAMPLE.encode();
    bytes[15] = (byte) 0xff;

    assertThatThrownBy(() -> WorkingSet.parse(bytes)).hasMessageContaining("ranges");
  }

  private static void assertRefused(PageRange... ranges) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WorkingSet(MEMORY_BYTES, List.of(ranges)));
  }
}

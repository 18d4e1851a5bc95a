package dev.spore.vmm.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class RamLayoutTest {
  private static final long STEP = BootLimits.MEMORY_BYTES_STEP;
  private static final long MIN = BootLimits.MEMORY_BYTES_MIN;
  private static final long MAX = BootLimits.MEMORY_BYTES_MAX;

  @Property
  void regionsAddUpAndLeaveTheHoleAlone(@ForAll("memorySizes") long memoryBytes) {
    List<RamLayout.Region> regions = RamLayout.of(memoryBytes).regions();
    assertThat(regions.stream().mapToLong(RamLayout.Region::sizeBytes).sum())
        .isEqualTo(memoryBytes);
    assertThat(regions.getFirst().gpa()).isZero();
    assertThat(regions.getFirst().end()).isLessThanOrEqualTo(BootLayout.HOLE_START);
    for (RamLayout.Region region : regions.subList(1, regions.size())) {
      assertThat(region.gpa()).isEqualTo(BootLayout.HOLE_END);
      assertThat(region.sizeBytes()).isPositive();
    }
  }

  @Property
  void theMapIsSortedWithoutOverlapAndCoversTheRamExactly(@ForAll("memorySizes") long memoryBytes) {
    RamLayout ram = RamLayout.of(memoryBytes);
    List<E820.Entry> map = E820.map(ram);
    for (int i = 1; i < map.size(); i++) {
      assertThat(map.get(i).gpa()).isGreaterThanOrEqualTo(map.get(i - 1).end());
    }
    assertThat(map).allMatch(e -> e.sizeBytes() > 0 && inside(ram, e));
    assertThat(map.stream().mapToLong(E820.Entry::sizeBytes).sum()).isEqualTo(memoryBytes);
  }

  @Property
  void sizesThatAreNoMultipleOfTheStepAreRefused(@ForAll("memorySizes") long memoryBytes) {
    assertRefused(memoryBytes + 1);
    assertRefused(memoryBytes - STEP / 2);
  }

  @Example
  void sizesOutsideTheLimitsAreRefused() {
    for (long size :
        new long[] {0, -1, Long.MIN_VALUE, 1, MIN - STEP, MAX + STEP, Long.MAX_VALUE, 4096}) {
      assertRefused(size);
    }
  }

  @Example
  void theRefusalNamesTheNextSize() {
    assertThatExceptionOfType(SporeException.class)
        .isThrownBy(() -> RamLayout.of((65L << 20) + 5))
        .withMessageContaining("66 MiB");
  }

  @Provide
  Arbitrary<Long> memorySizes() {
    return Arbitraries.longs()
        .between(MIN / STEP, MAX / STEP)
        .map(n -> n * STEP)
        .edgeCases(
            c -> c.add(MIN, BootLayout.HOLE_START, BootLayout.HOLE_START + STEP, 5L << 30, MAX));
  }

  private static boolean inside(RamLayout ram, E820.Entry entry) {
    return ram.regions().stream().anyMatch(r -> r.gpa() <= entry.gpa() && entry.end() <= r.end());
  }

  private static void assertRefused(long memoryBytes) {
    assertThatExceptionOfType(SporeException.class)
        .isThrownBy(() -> RamLayout.of(memoryBytes))
        .matches(e -> e.code() == ErrorCode.USAGE_INVALID_ARGUMENT);
  }
}

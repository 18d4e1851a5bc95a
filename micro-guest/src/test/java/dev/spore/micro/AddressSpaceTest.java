package dev.spore.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.micro.Region.Access;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AddressSpaceTest {
  @Test
  void endsWhereItsLastRegionDoes() {
    AddressSpace space =
        new AddressSpace(
            List.of(
                new Region(0x20000, 0x1000, Access.READ),
                new Region(0x400000, 0x200000, Access.READ_WRITE)));
    assertThat(space.sizeBytes()).isEqualTo(0x600000);
  }

  @ParameterizedTest
  @CsvSource({
    "0x20001, 0x1000",
    "0x20000, 0x1001",
    "0x20000, 0",
    "0x20000, -4096",
    "0x1f000, 0x1000",
    "0, 0x1000",
    "-4096, 0x1000",
    "0x3fe00000, 0x1000",
    "0x3fdff000, 0x2000",
    "0x20000, 0x7ffffffffffff000"
  })
  void refusesRegionsOutsideOfWhatIsTheirs(String address, String bytes) {
    assertThatThrownBy(
            () -> new Region(Long.decode(address), Long.decode(bytes), Access.READ_WRITE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesRegionsThatOverlapOrAreNotInOrder() {
    Region first = new Region(0x20000, 0x2000, Access.READ);
    Region second = new Region(0x21000, 0x1000, Access.READ);
    Region third = new Region(0x30000, 0x1000, Access.READ);
    assertThatThrownBy(() -> new AddressSpace(List.of(first, second)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new AddressSpace(List.of(third, first)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new AddressSpace(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesMoreSplitPiecesThanThereAreTables() {
    List<Region> regions = new ArrayList<>();
    for (int i = 1; i < MicroLimits.SPLIT_PIECES_MAX; i++) {
      regions.add(new Region(i * (2L << 20), 0x1000, Access.READ));
    }
    assertThat(new AddressSpace(regions).regions()).hasSize(regions.size());
    regions.add(new Region(MicroLimits.SPLIT_PIECES_MAX * (2L << 20), 0x1000, Access.READ));
    assertThatThrownBy(() -> new AddressSpace(regions))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("split");
  }

  @Test
  void refusesImagesOutsideOfRegions() {
    AddressSpace space = new AddressSpace(List.of(new Region(0x20000, 0x1000, Access.READ)));
    for (long address : new long[] {0, 0x1f000, 0x20001, 0x21000, -1, Long.MAX_VALUE}) {
      assertThatThrownBy(
              () -> new MicroImage(space, List.of(new MicroImage.Part(address, new byte[0x1000]))))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}

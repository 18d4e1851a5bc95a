package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SizesTest {
  @ParameterizedTest
  @CsvSource({
    "64, 67108864",
    "64mb, 67108864",
    "64MiB, 67108864",
    "64M, 67108864",
    "2gb, 2147483648",
    "1024k, 1048576",
    "5b, 5",
    "0, 0",
    "1t, 1099511627776",
    "' 1g ', 1073741824"
  })
  void unitsAreBinaryAndABareNumberCountsMebibytes(String text, long bytes) {
    assertThat(Sizes.parse("--memory", text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "mb", "-1", "-1mb", "1.5gb", "64 mb", "64mbb", "64xb", "0x40", "1e3", "٣mb"})
  void whatIsNoSizeNamesTheOptionAndTheText(String text) {
    assertThatThrownBy(() -> Sizes.parse("--memory", text))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining("--memory '" + text + "' is not a size")
        .extracting(e -> ((SporeException) e).code())
        .isEqualTo(ErrorCode.USAGE_INVALID_ARGUMENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999999999999999", "9223372036854775807gb", "8388608tb"})
  void whatOverflowsIsTooLarge(String text) {
    assertThatThrownBy(() -> Sizes.parse("--memory", text)).hasMessageContaining("too large");
  }

  @Test
  void sizesAreShownInTheLargestExactUnit() {
    assertThat(Sizes.show(2L << 30)).isEqualTo("2 GiB");
    assertThat(Sizes.show(1536L << 20)).isEqualTo("1536 MiB");
    assertThat(Sizes.show(1000)).isEqualTo("1000 bytes");
    assertThat(Sizes.show(0)).isEqualTo("0 bytes");
  }
}

package dev.spore.plugin.value;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FloatTextTest {
  @ParameterizedTest
  @CsvSource({
    "1.0, 1, 1.0, 1.0",
    "0.1, 0.1, 0.1, 0.1",
    "-0.0, -0, -0.0, -0.0",
    "1e16, 10000000000000000, 1e16, 1e+16",
    "1.5e16, 15000000000000000, 1.5e16, 1.5e+16",
    "1e15, 1000000000000000, 1000000000000000.0, 1000000000000000.0",
    "1e-4, 0.0001, 0.0001, 0.0001",
    "1e-5, 0.00001, 1e-5, 0.00001",
    "1e-6, 0.000001, 1e-6, 1e-6",
    "1e-7, 0.0000001, 1e-7, 1e-7",
    "1e23, 100000000000000000000000, 1e23, 1e+23",
    "2e-323, , 2e-323, 2e-323",
    "4.9e-324, , 5e-324, 5e-324",
    "2.5, 2.5, 2.5, 2.5",
    "1234.5678, 1234.5678, 1234.5678, 1234.5678",
    "NaN, NaN, NaN, null",
    "Infinity, inf, inf, null",
    "-Infinity, -inf, -inf, null",
  })
  void writesTheThreeForms(double value, String plain, String inner, String json) {
    if (plain != null) {
      assertThat(FloatText.plain(value)).isEqualTo(plain);
    }
    assertThat(FloatText.inner(value)).isEqualTo(inner);
    assertThat(FloatText.json(value)).isEqualTo(json);
  }

  @Property
  void everyFiniteDoubleReadsBackFromEachForm(@ForAll long bits) {
    double value = Double.longBitsToDouble(bits);
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return;
    }
    assertThat(Double.parseDouble(FloatText.plain(value))).isEqualTo(value);
    assertThat(Double.parseDouble(FloatText.inner(value))).isEqualTo(value);
    assertThat(Double.parseDouble(FloatText.json(value))).isEqualTo(value);
  }
}

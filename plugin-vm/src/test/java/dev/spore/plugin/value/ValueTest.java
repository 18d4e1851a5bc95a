package dev.spore.plugin.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.plugin.PluginLimits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class ValueTest {
  private static final Value ONE = new Value.I64(1);

  private static Value array(Value... items) {
    return new Value.Array(List.of(items));
  }

  @Test
  void showsArraysInTheInnerFormAndTextRaw() {
    Value nested = array(ONE, new Value.Text("a\"\n"), array(new Value.F64(1.5)), Value.Nil.NIL);
    assertThat(ValueText.plain(nested))
        .isEqualTo("[I64(1), String(\"a\\\"\\n\"), Array([F64(1.5)]), Nil]");
    assertThat(ValueText.plain(new Value.Text("a\"\n"))).isEqualTo("a\"\n");
    assertThat(ValueText.inner(array())).isEqualTo("Array([])");
  }

  @Test
  void escapesWhatCannotBeSeen() {
    assertThat(ValueText.quoted("\u0007e\u0301\u00a0\0'\ud83d\ude00"))
        .isEqualTo("\"\\u{7}e\\u{301}\\u{a0}\\0'\ud83d\ude00\"");
  }

  @Test
  void comparesByKindAndByIeee() {
    assertThat(Values.same(ONE, new Value.F64(1))).isFalse();
    assertThat(Values.same(new Value.F64(0.0), new Value.F64(-0.0))).isTrue();
    Value nan = array(new Value.F64(Double.NaN));
    assertThat(Values.same(nan, nan)).isFalse();
    assertThat(Values.same(array(ONE), array(ONE))).isTrue();
    assertThat(Values.same(array(ONE), array(ONE, ONE))).isFalse();
    assertThat(Values.same(Value.Nil.NIL, new Value.Bool(false))).isFalse();
  }

  @Test
  void onlyEmptyAndZeroThingsAreFalse() {
    assertThat(
            List.of(
                Value.Nil.NIL,
                new Value.Bool(false),
                new Value.I64(0),
                new Value.F64(-0.0),
                new Value.Text(""),
                array()))
        .noneMatch(Values::truthy);
    assertThat(
            List.of(
                new Value.Bool(true),
                new Value.F64(Double.NaN),
                new Value.Text("0"),
                array(Value.Nil.NIL),
                new Value.FunctionName("f")))
        .allMatch(Values::truthy);
  }

  @Test
  void countsSharedItemsAsOftenAsTheyAreSeen() {
    Value pair = array(new Value.Text("\u00e9"), ONE);
    assertThat(pair.extraBytes()).isEqualTo(2 * 16 + 2);
    assertThat(array(pair, pair).extraBytes()).isEqualTo(2 * (16 + 34));
  }

  @Test
  void refusesLoneSurrogatesAndBottomlessArrays() {
    assertThatThrownBy(() -> new Value.Text("\ud800")).isInstanceOf(IllegalArgumentException.class);
    Value deep = array();
    for (int i = 1; i < PluginLimits.VALUE_DEPTH_MAX; i++) {
      deep = array(deep);
    }
    Value deepest = deep;
    assertThatThrownBy(() -> array(deepest)).isInstanceOf(IllegalArgumentException.class);
    assertThat(ValueText.inner(deepest)).hasSizeGreaterThan(PluginLimits.VALUE_DEPTH_MAX);
  }

  @Property
  void ordersTextAsItsUtf8Bytes(@ForAll String left, @ForAll String right) {
    if (!Utf8.isValid(left) || !Utf8.isValid(right)) {
      return;
    }
    int expected =
        Arrays.compareUnsigned(
            left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    assertThat(Integer.signum(Utf8.ORDER.compare(left, right))).isEqualTo(Integer.signum(expected));
  }

  @Property
  void findsAFaultWhereverJavaReplacesOne(@ForAll byte[] bytes) {
    boolean replaced =
        !Arrays.equals(
            new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), bytes);
    assertThat(Utf8.fault(bytes, 0, bytes.length).isPresent()).isEqualTo(replaced);
  }
}

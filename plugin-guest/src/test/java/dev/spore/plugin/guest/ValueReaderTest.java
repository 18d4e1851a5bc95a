package dev.spore.plugin.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.micro.MicroMemory;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.value.Value;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ValueReaderTest {
  private static final int BASE = 4096;
  private static final int TEXT = 4;
  private static final int ARRAY = 5 | (1 << 16);

  private final byte[] bytes = new byte[1 << 20];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  private final MicroMemory memory = new MicroMemory(MemorySegment.ofArray(bytes));

  private Value read(long tag, long bits, long bytesMax) {
    return new ValueReader(memory, bytesMax).read(tag, bits);
  }

  private void refuses(String why, long tag, long bits) {
    assertThatThrownBy(() -> read(tag, bits, 100_000))
        .isInstanceOf(GuestException.class)
        .hasMessageContaining(why);
  }

  private void head(int at, int kindAndDepth, int count) {
    buffer.putInt(at, kindAndDepth).putInt(at + 4, count);
  }

  private void slot(int at, long tag, long bits) {
    buffer.putLong(at, tag).putLong(at + 8, bits);
  }

  @Test
  void readsWhatIsWritten() {
    for (int seed = 0; seed < 300; seed++) {
      Value value = Programs.value(new Random(seed));
      ByteBuffer objects =
          ByteBuffer.allocate((int) ValueObjects.bytes(value)).order(ByteOrder.LITTLE_ENDIAN);
      long bits = new ValueObjects(objects, BASE, 0).write(value);
      memory.put(BASE, objects.array());
      assertThat(read(ValueObjects.tag(value), bits, value.extraBytes())).isEqualTo(value);
    }
  }

  @Test
  void anArrayThatIsInAValueManyTimesIsReadOnce() {
    head(BASE, ARRAY, 0);
    int inner = BASE;
    for (int i = 1; i <= 60; i++) {
      int at = BASE + 64 * i;
      head(at, ARRAY, 2);
      slot(at + 16, 5, inner);
      slot(at + 32, 5, inner);
      inner = at;
    }
    assertThat(read(5, inner, 60 * 32).depth()).isEqualTo(61);
  }

  @Test
  void refusesKindsThereAreNot() {
    refuses("kind", 8, 0);
    refuses("kind", -1, 0);
    refuses("kind", 1L << 32, 0);
    head(BASE, TEXT, 0);
    refuses("another kind", 5, BASE);
  }

  @Test
  void refusesAddressesOutside() {
    for (long address : new long[] {-1, -16, bytes.length - 8, Long.MAX_VALUE, Long.MIN_VALUE}) {
      refuses("outside", 4, address);
    }
    head(bytes.length - 16, TEXT, 100);
    refuses("outside", 4, bytes.length - 16);
    head(bytes.length - 16, ARRAY, 1);
    refuses("outside", 5, bytes.length - 16);
  }

  @Test
  void refusesMoreThanTheLimit() {
    head(BASE, TEXT, -1);
    refuses("limit", 4, BASE);
    head(BASE, ARRAY, -1);
    refuses("limit", 5, BASE);
    head(BASE, TEXT, 10);
    assertThatThrownBy(() -> read(4, BASE, 9)).isInstanceOf(GuestException.class);
    assertThat(read(4, BASE, 10)).isInstanceOf(Value.Text.class);
  }

  @Test
  void refusesArraysInsideThemselves() {
    head(BASE, ARRAY, 1);
    slot(BASE + 16, 5, BASE);
    refuses("nested", 5, BASE);
  }

  @Test
  void refusesArraysTooDeepOnAnyWay() {
    int inner = 0;
    for (int i = 0; i <= PluginLimits.VALUE_DEPTH_MAX; i++) {
      int at = BASE + 64 * i;
      head(at, ARRAY, i == 0 ? 0 : 1);
      slot(at + 16, 5, inner);
      inner = at;
    }
    refuses("nested", 5, inner);
    int last = inner - 64;
    assertThat(read(5, last, 100_000).depth()).isEqualTo(PluginLimits.VALUE_DEPTH_MAX);
    // First read near the top, then again one level deeper than it may be.
    int outer = inner + 64;
    head(outer, ARRAY, 1);
    slot(outer + 16, 5, last);
    head(outer + 64, ARRAY, 2);
    slot(outer + 80, 5, last - 64);
    slot(outer + 96, 5, outer);
    refuses("nested", 5, outer + 64);
  }

  @Test
  void refusesTextsThatAreNot() {
    head(BASE, TEXT, 1);
    bytes[BASE + 8] = (byte) 0xff;
    refuses("UTF-8", 4, BASE);
  }

  @Test
  void itemsAreHostileToo() {
    head(BASE, ARRAY, 2);
    slot(BASE + 16, 0, 5);
    slot(BASE + 32, 99, 5);
    refuses("kind", 5, BASE);
    assertThat(List.of(read(0, 5, 0), read(1, 5, 0)))
        .containsExactly(new Value.I64(5), Value.Nil.NIL);
  }
}

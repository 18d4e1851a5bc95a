package dev.spore.virtio.vsock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ByteRingTest {
  /** Positive steps put, negative ones take. */
  @Property(tries = 300)
  void isAQueueOfBytes(
      @ForAll @IntRange(min = 1, max = 20_000) int capacity,
      @ForAll @Size(max = 60) List<@IntRange(min = -9000, max = 9000) Integer> steps) {
    ByteRing ring = new ByteRing(capacity);
    ArrayDeque<Byte> model = new ArrayDeque<>();
    int next = 0;
    for (int step : steps) {
      if (step >= 0) {
        byte[] bytes = new byte[Math.min(step, ring.free()) + 3];
        for (int i = 3; i < bytes.length; i++) {
          bytes[i] = (byte) (next++ * 31);
          model.add(bytes[i]);
        }
        ring.put(bytes, 3, bytes.length - 3);
      } else {
        byte[] bytes = new byte[Math.min(-step, ring.size()) + 2];
        ring.take(bytes, 2, bytes.length - 2);
        for (int i = 2; i < bytes.length; i++) {
          assertThat(model.remove()).isEqualTo(bytes[i]);
        }
      }
      assertThat(ring.size()).isEqualTo(model.size());
      assertThat(ring.free()).isEqualTo(capacity - model.size());
    }
  }

  @Test
  void holdsNoMoreThanItsCapacity() {
    ByteRing ring = new ByteRing(10);
    ring.put(new byte[10], 0, 10);

    assertThatThrownBy(() -> ring.put(new byte[1], 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ring.take(new byte[11], 0, 11))
        .isInstanceOf(IllegalArgumentException.class);
    ring.clear();
    assertThat(ring.free()).isEqualTo(10);
  }
}

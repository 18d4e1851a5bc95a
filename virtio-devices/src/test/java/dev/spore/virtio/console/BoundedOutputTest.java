package dev.spore.virtio.console;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class BoundedOutputTest {
  @Property(tries = 500)
  void keepsTheNewestBytesInOrderAndCountsTheRest(
      @ForAll @IntRange(min = 1, max = 20) int capacity,
      @ForAll @Size(max = 12) List<@StringLength(max = 30) String> pieces,
      @ForAll @IntRange(min = 1, max = 9) int takeEvery)
      throws InterruptedException {
    BoundedOutput output = new BoundedOutput(capacity);
    String waiting = "";
    long dropped = 0;
    for (int i = 0; i < pieces.size(); i++) {
      String piece = pieces.get(i).replaceAll("[^a-z]", "?");
      byte[] bytes = (">" + piece).getBytes(US_ASCII);
      output.write(bytes, 1, bytes.length - 1);
      String all = waiting + piece;
      waiting = all.substring(Math.max(0, all.length() - capacity));
      dropped += all.length() - waiting.length();
      if (i % takeEvery == 0 && !waiting.isEmpty()) {
        String taken = new String(output.take(3), US_ASCII);
        assertThat(taken).isEqualTo(waiting.substring(0, Math.min(3, waiting.length())));
        waiting = waiting.substring(taken.length());
      }
    }
    output.close();
    assertThat(new String(output.take(1000), US_ASCII)).isEqualTo(waiting);
    assertThat(output.take(1)).isEmpty();
    assertThat(output.droppedBytes()).isEqualTo(dropped);
  }

  @Test
  void aReaderWaitsForBytesAndForTheEnd() throws InterruptedException {
    BoundedOutput output = new BoundedOutput(4);
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              output.write(new byte[] {1, 2}, 0, 2);
              output.close();
            });
    assertThat(output.take(10)).containsExactly(1, 2);
    assertThat(output.take(10)).isEmpty();
    writer.join();
  }

  @Test
  void aRingWithoutRoomIsRefused() {
    assertThatThrownBy(() -> new BoundedOutput(0)).isInstanceOf(IllegalArgumentException.class);
  }
}

package dev.spore.virtio.console;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.virtio.Limits;
import dev.spore.virtio.mmio.GuestDriver;
import dev.spore.virtio.queue.RingDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleDeviceTest {
  private static final int RX = 0;
  private static final int TX = 1;
  private static final int CAPACITY = 64 * 1024;

  private final BoundedOutput output = new BoundedOutput(CAPACITY);
  private final List<ConsoleDevice> made = new ArrayList<>();
  private final GuestDriver guest =
      new GuestDriver(doorbell -> {
        made.add(new ConsoleDevice(output, doorbell));
        return made.getFirst();
      });
  private final ConsoleDevice console = made.getFirst();

  private int send(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    guest.memory().write(BUFFERS_GPA, bytes, 0, bytes.length);
    int half = bytes.length / 2;
    int head =
        guest
            .ring(TX)
            .offer(
                Piece.read(BUFFERS_GPA, half), Piece.read(BUFFERS_GPA + half, bytes.length - half));
    guest.kick(TX);
    return head;
  }

  private int input(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return console.input(bytes, 0, bytes.length);
  }

  private String received(Used used, long gpa) {
    byte[] bytes = new byte[(int) used.length()];
    guest.memory().read(gpa, bytes, 0, bytes.length);
    return new String(bytes, UTF_8);
  }

  @Test
  void guestOutputReachesTheSinkUnchanged() throws InterruptedException {
    guest.start();
    int head = send("hello, host\n");
    assertThat(guest.ring(TX).takeUsed()).containsExactly(new Used(head, 0));
    assertThat(new String(output.take(100), UTF_8)).isEqualTo("hello, host\n");
    assertThat(guest.transport().device().metrics()).containsEntry("output_bytes", 12L);
  }

  @Test
  void inputWaitsForBuffersAndBuffersForInput() {
    guest.start();
    assertThat(input("ls\n")).isEqualTo(3);
    guest.serve();
    assertThat(guest.ring(RX).takeUsed()).isEmpty();

    guest.ring(RX).offer(Piece.write(BUFFERS_GPA, 2));
    guest.ring(RX).offer(Piece.write(BUFFERS_GPA + 16, 2));
    guest.ring(RX).offer(Piece.write(BUFFERS_GPA + 32, 2));
    guest.kick(RX);
    List<Used> used = guest.ring(RX).takeUsed();
    assertThat(used).hasSize(2);
    assertThat(received(used.getFirst(), BUFFERS_GPA)).isEqualTo("ls");
    assertThat(received(used.getLast(), BUFFERS_GPA + 16)).isEqualTo("\n");

    assertThat(input("q")).isEqualTo(1);
    guest.serve();
    used = guest.ring(RX).takeUsed();
    assertThat(received(used.getFirst(), BUFFERS_GPA + 32)).isEqualTo("q");
  }

  @Test
  void unusedReceiveBuffersDoNotKeepTheDeviceBusy() {
    guest.start();
    guest.ring(RX).offer(Piece.write(BUFFERS_GPA, 64));
    assertThat(guest.transport().service()).isFalse();
  }

  @Test
  void inputForAGuestThatDoesNotReadIsBounded() {
    byte[] flood = new byte[Limits.CONSOLE_INPUT_BYTES_MAX + 1000];
    assertThat(console.input(flood, 0, flood.length)).isEqualTo(Limits.CONSOLE_INPUT_BYTES_MAX);
    assertThat(input("more")).isZero();
    guest.start();
    guest.ring(RX).offer(Piece.write(BUFFERS_GPA, 4096));
    guest.kick(RX);
    assertThat(guest.ring(RX).takeUsed()).hasSize(1);
    assertThat(input("more")).isEqualTo(4);
  }

  @Test
  void inputSurvivesAReset() {
    guest.start();
    input("typed early");
    guest.start();
    guest.ring(RX).offer(Piece.write(BUFFERS_GPA, 64));
    guest.kick(RX);
    assertThat(received(guest.ring(RX).takeUsed().getFirst(), BUFFERS_GPA))
        .isEqualTo("typed early");
  }

  @Test
  void aHundredMegabytesToAStalledReaderCostNoMemoryAndDoNotWedgeTheGuest()
      throws InterruptedException {
    guest.start();
    RingDriver ring = guest.ring(TX);
    int chunk = 1 << 20;
    guest.memory().fill(BUFFERS_GPA, chunk, (byte) 'x');
    for (int i = 0; i < 100; i++) {
      ring.offer(Piece.read(BUFFERS_GPA, chunk));
      guest.kick(TX);
      assertThat(ring.takeUsed()).hasSize(1);
    }
    send("last words");
    assertThat(output.droppedBytes()).isEqualTo(100L * chunk + 10 - CAPACITY);
    byte[] kept = output.take(Integer.MAX_VALUE);
    assertThat(kept).hasSize(CAPACITY);
    assertThat(new String(kept, UTF_8)).endsWith("xlast words");
  }

  @Test
  void oneHugeBufferIsTakenInTurns() {
    guest.start();
    Piece[] pieces = new Piece[16];
    Arrays.fill(pieces, Piece.read(0, GuestDriver.RAM_BYTES));
    guest.ring(TX).offer(pieces);
    int turns = 1;
    while (guest.transport().service()) {
      turns++;
      if (turns == 3) {
        // Others get their turn in between.
        input("x");
        guest.ring(RX).offer(Piece.write(BUFFERS_GPA, 1));
      }
    }
    assertThat(turns).isEqualTo(16 * GuestDriver.RAM_BYTES / Limits.CONSOLE_BATCH_BYTES_MAX);
    assertThat(guest.ring(RX).takeUsed()).hasSize(1);
    assertThat(guest.ring(TX).takeUsed()).hasSize(1);
  }

  @Test
  void aResetInTheMiddleOfAHugeBufferForgetsIt() throws InterruptedException {
    guest.start();
    guest.ring(TX).offer(Piece.read(0, GuestDriver.RAM_BYTES));
    assertThat(guest.transport().service()).isTrue();
    guest.start();
    assertThat(output.take(Integer.MAX_VALUE)).hasSize(CAPACITY);
    int head = send("after");
    assertThat(new String(output.take(100), UTF_8)).isEqualTo("after");
    assertThat(guest.ring(TX).takeUsed()).containsExactly(new Used(head, 0));
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, true"})
  void buffersOfTheWrongDirectionNeedAReset(int queue, boolean writable) {
    guest.start();
    input("x");
    guest.ring(queue).offer(new Piece(BUFFERS_GPA, 16, writable));
    guest.kick(queue);
    assertThat(guest.needsReset()).isTrue();
  }

  @Test
  void sizesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> console.resize(65536, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> console.resize(1, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}

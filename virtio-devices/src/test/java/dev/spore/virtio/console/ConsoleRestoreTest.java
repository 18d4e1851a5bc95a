package dev.spore.virtio.console;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.device.ConsoleState;
import dev.spore.format.device.VirtioState;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.Limits;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.mmio.GuestDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A console in the middle of output, with input waiting, saved and restored. */
class ConsoleRestoreTest {
  private static final int RX = 0;
  private static final int TX = 1;
  private static final int CONFIG = 0x100;
  private static final int CONFIG_GENERATION = 0xfc;
  private static final int CAPACITY = 1 << 20;

  private final BoundedOutput output = new BoundedOutput(CAPACITY);
  private final BoundedOutput copyOutput = new BoundedOutput(CAPACITY);
  private final List<ConsoleDevice> made = new ArrayList<>();
  private final GuestDriver guest = new GuestDriver(bell -> make(output, bell)).start();

  private VirtioDevice make(BoundedOutput sink, Doorbell doorbell) {
    made.add(new ConsoleDevice(sink, doorbell));
    return made.getLast();
  }

  private GuestDriver copy() {
    return guest.copy(bell -> make(copyOutput, bell));
  }

  private static String text(BoundedOutput sink) {
    return new String(sink.tryTake(CAPACITY), UTF_8);
  }

  private static void print(GuestDriver guest, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    guest.memory().write(BUFFERS_GPA, bytes, 0, bytes.length);
    guest.ring(TX).offer(Piece.read(BUFFERS_GPA, bytes.length));
  }

  @Test
  void outputHalfTakenIsPrintedWholeByTheMachineThatBeganIt() {
    String large = "x".repeat(Limits.CONSOLE_BATCH_BYTES_MAX + 1000) + "\n";
    print(guest, large);
    assertThat(guest.transport().service()).as("more is left").isTrue();
    assertThat(text(output)).hasSize(Limits.CONSOLE_BATCH_BYTES_MAX);

    GuestDriver copy = handOver();
    assertThat(text(output)).isEqualTo("x".repeat(1000) + "\n");
    assertThat(copy.ring(TX).takeUsed()).containsExactly(new Used(0, 0));
    print(copy, "more\n");
    copy.kick(TX);
    assertThat(text(copyOutput)).isEqualTo("more\n");
    guest.serve();
    assertThat(text(output)).isEmpty();
  }

  /** Saves first, for coming to rest changes memory; then copies. */
  private GuestDriver handOver() {
    VirtioState state = guest.save();
    GuestDriver copy = copy();
    copy.transport().restore(state);
    copy.transport().resume();
    guest.transport().resume();
    return copy;
  }

  @Test
  void inputNotTakenYetStaysWithTheMachineItWasTypedAt() {
    byte[] typed = "secret\n".getBytes(UTF_8);
    made.getFirst().input(typed, 0, typed.length);
    GuestDriver copy = handOver();
    for (GuestDriver machine : List.of(guest, copy)) {
      machine.ring(RX).offer(Piece.write(BUFFERS_GPA, 64));
      machine.kick(RX);
    }
    assertThat(guest.ring(RX).takeUsed()).containsExactly(new Used(0, typed.length));
    assertThat(copy.ring(RX).takeUsed()).isEmpty();

    made.getLast().input(typed, 0, 3);
    copy.serve();
    assertThat(copy.ring(RX).takeUsed()).containsExactly(new Used(0, 3));
  }

  @Test
  void theGuestKeepsItsSizeUntilTheNewTerminalTellsAnother() {
    made.getFirst().resize(132, 50);
    guest.serve();
    guest.handleInterrupt();
    int generation = guest.load(CONFIG_GENERATION);
    GuestDriver copy = handOver();

    assertThat(copy.transport().read(CONFIG, 4)).isEqualTo(50L << 16 | 132);
    copy.serve();
    assertThat(copy.load(CONFIG_GENERATION)).isEqualTo(generation);
    assertThat(copy.interrupt().raises()).isZero();

    made.getLast().resize(80, 24);
    copy.serve();
    assertThat(copy.load(CONFIG_GENERATION)).isNotEqualTo(generation);
    assertThat(copy.handleInterrupt()).isEqualTo(2);
  }

  @Test
  void aNewSizeTheGuestHasNotHeardOfIsAnnouncedByBoth() {
    guest.rest();
    made.getFirst().resize(132, 50);
    GuestDriver copy = handOver();
    assertThat(copy.handleInterrupt()).isEqualTo(2);
    copy.serve();
    assertThat(copy.handleInterrupt()).as("once").isZero();
    guest.serve();
    assertThat(guest.handleInterrupt()).isEqualTo(2);
  }

  @Test
  void theStateIsTheSizeAlone() {
    made.getFirst().resize(1, 2);
    assertThat(guest.save().device()).isEqualTo(new ConsoleState(1, 2));
  }
}

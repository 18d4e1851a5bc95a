package dev.spore.virtio.vsock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.mmio.GuestDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a guest that sends gets its buffers back, and how often it is interrupted for them. */
class UnreturnedPacketsTest {
  private static final int RX = 0;
  private static final int TX = 1;
  private static final long OUT = GuestDriver.BUFFERS_GPA;
  private static final long IN = OUT + 0x40_0000;

  private final List<VsockDevice> made = new ArrayList<>();
  private final GuestDriver guest =
      new GuestDriver(
              bell -> {
                made.add(new VsockDevice(VsockRig.CID, bell));
                return made.getFirst();
              })
          .start();

  @AfterEach
  void endHost() {
    made.getFirst().close();
  }

  /** A packet nobody answers, of {@code payloadBytes}. */
  private void send(int payloadBytes) {
    byte[] header = new byte[VsockHeader.BYTES];
    VsockRig.header(VsockOp.RST, 1, 1, payloadBytes).encode(header);
    guest.memory().write(OUT, header, 0, header.length);
    if (payloadBytes == 0) {
      guest.ring(TX).offer(Piece.read(OUT, header.length));
    } else {
      guest.ring(TX).offer(Piece.read(OUT, header.length), Piece.read(OUT + 44, payloadBytes));
    }
    guest.ring(TX).usedEvent(guest.ring(TX).usedIndex());
    guest.kick(TX);
  }

  private int returned() {
    return guest.ring(TX).takeUsed().size();
  }

  @Test
  void aShortPacketCostsTheGuestNoInterrupt() {
    for (int i = 0; i < 10; i++) {
      send(0);
    }
    assertThat(made.getFirst().metrics()).containsEntry("from_guest_packets", 10L);
    assertThat(guest.interrupt().raises()).isZero();
    assertThat(returned()).isZero();
  }

  @Test
  void buffersComeBackWithTheInterruptForAPacketToTheGuest() {
    guest.ring(RX).offer(Piece.write(IN, VsockRig.RECEIVE_BUFFER));
    send(0);
    byte[] header = new byte[VsockHeader.BYTES];
    VsockRig.header(VsockOp.REQUEST, 1, 1, 0).encode(header);
    guest.memory().write(OUT, header, 0, header.length);
    guest.ring(TX).offer(Piece.read(OUT, header.length));
    guest.kick(TX);

    assertThat(guest.ring(RX).takeUsed()).as("the refusal").hasSize(1);
    assertThat(returned()).isEqualTo(2);
    assertThat(guest.interrupt().raises()).isEqualTo(1);
  }

  @Test
  void aDriverThatFillsItsRingGetsBuffersBack() {
    int sent = 0;
    int back = 0;
    for (int i = 0; i < 1000; i++) {
      send(8);
      sent++;
      back += returned();
      assertThat(sent - back).isLessThanOrEqualTo(GuestDriver.QUEUE_SIZE / 4);
    }
    assertThat(guest.interrupt().raises()).isBetween(1, sent / 8);
  }

  @Test
  void aDriverThatSendsMuchGetsItsMemoryBack() {
    for (int i = 0; i < 4; i++) {
      send(65_536);
    }
    assertThat(returned()).isEqualTo(4);
    assertThat(guest.interrupt().raises()).isEqualTo(1);
  }

  @Test
  void aDriverThatResetsItsDeviceFindsAnEmptyUsedRing() {
    send(0);
    guest.start();
    assertThat(guest.ring(TX).usedIndex()).isZero();
    send(0);
    guest.rest();
    assertThat(returned()).isEqualTo(1);
  }

  @Test
  void aDeviceAtRestHasGivenAllBack() {
    send(0);
    send(0);
    guest.rest();
    assertThat(returned()).isEqualTo(2);
    assertThat(guest.transport().save().transport().interruptStatus()).isEqualTo(1);
  }
}

package dev.spore.virtio.rng;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.Limits;
import dev.spore.virtio.mmio.GuestDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RngDeviceTest {
  private final GuestDriver guest =
      new GuestDriver(doorbell -> new RngDevice(new SplittableRandom(42))).start();

  @Test
  void aRequestIsFilledFromTheSourceAcrossItsDescriptors() {
    int head = guest.ring(0).offer(Piece.write(BUFFERS_GPA, 5), Piece.write(BUFFERS_GPA + 64, 11));
    guest.kick(0);

    byte[] expected = new byte[16];
    new SplittableRandom(42).nextBytes(expected);
    byte[] got = new byte[16];
    guest.memory().read(BUFFERS_GPA, got, 0, 5);
    guest.memory().read(BUFFERS_GPA + 64, got, 5, 11);
    assertThat(got).isEqualTo(expected);
    assertThat(guest.ring(0).takeUsed()).containsExactly(new Used(head, 16));
    assertThat(guest.transport().device().metrics())
        .containsEntry("bytes", 16L)
        .containsEntry("requests", 1L);
  }

  @Test
  void aRequestForAGigabyteGetsAPage() {
    Piece[] gigabyte = new Piece[64];
    Arrays.fill(gigabyte, Piece.write(0, GuestDriver.RAM_BYTES));
    guest.memory().fill(BUFFERS_GPA, 16, (byte) 0);
    gigabyte[0] = Piece.write(BUFFERS_GPA, GuestDriver.RAM_BYTES - BUFFERS_GPA);
    int head = guest.ring(0).offer(gigabyte);
    guest.kick(0);

    assertThat(guest.ring(0).takeUsed())
        .containsExactly(new Used(head, Limits.RNG_CHAIN_BYTES_MAX));
    assertThat(guest.memory().u64(BUFFERS_GPA + Limits.RNG_CHAIN_BYTES_MAX)).isZero();
  }
}

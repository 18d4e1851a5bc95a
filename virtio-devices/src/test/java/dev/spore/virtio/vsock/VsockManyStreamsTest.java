package dev.spore.virtio.vsock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.virtio.QueueDoorbell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Host threads, device thread and guest each on their own, as in a machine. */
@Timeout(120)
class VsockManyStreamsTest {
  private static final int STREAMS = 64;
  private static final int BYTES = 100_000;

  private final QueueDoorbell doorbell = new QueueDoorbell();
  private final VsockDevice device = new VsockDevice(VsockRig.CID, doorbell);

  @Test
  void manyStreamsAtOnceLoseNothingAndNobodySleepsForEver() throws Exception {
    EchoGuest guest = new EchoGuest(device, doorbell);
    Thread guestThread = Thread.ofPlatform().start(guest);
    Thread deviceThread = Thread.ofPlatform().start(this::serve);
    try (ExecutorService host = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> echoed = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        int port = 5000 + i;
        echoed.add(host.submit(() -> echoes(port)));
      }
      for (Future<Boolean> one : echoed) {
        assertThat(one.get()).isTrue();
      }
    } finally {
      device.close();
      guest.stop();
      doorbell.close();
      guestThread.join();
      deviceThread.join();
    }
    assertThat(device.metrics())
        .containsEntry("violations", 0L)
        .containsEntry("malformed", 0L)
        .containsEntry("from_guest_bytes", (long) STREAMS * BYTES)
        .containsEntry("to_guest_bytes", (long) STREAMS * BYTES);
  }

  private void serve() {
    while (doorbell.await()) {
      boolean more = true;
      while (more) {
        more = device.process();
      }
    }
  }

  private boolean echoes(int port) throws Exception {
    byte[] data = new byte[BYTES];
    new Random(port).nextBytes(data);
    try (VsockStream stream = device.connect(port, Duration.ofMinutes(2))) {
      stream.output().write(data);
      stream.closeWrite();
      return Arrays.equals(stream.input().readAllBytes(), data);
    }
  }
}

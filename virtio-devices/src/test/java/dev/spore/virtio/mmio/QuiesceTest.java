package dev.spore.virtio.mmio;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.device.DeviceState;
import dev.spore.format.device.RngState;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.queue.DescriptorChain;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.Virtqueue;
import dev.spore.virtio.rng.RngDevice;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bringing a device to rest while its own thread is at work, and letting it go on. */
@Timeout(60)
class QuiesceTest {
  private static final Duration SHORT = Duration.ofMillis(1);

  private static GuestDriver rng() {
    return new GuestDriver(doorbell -> new RngDevice(new SplittableRandom(1))).start();
  }

  @Test
  void aDeviceAtRestDoesNothingUntilResumed() {
    GuestDriver guest = rng();
    guest.rest();
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
    guest.kick(0);
    assertThat(guest.ring(0).takeUsed()).isEmpty();
    assertThat(guest.interrupt().raises()).isZero();
    guest.transport().resume();
    guest.serve();
    assertThat(guest.ring(0).takeUsed()).hasSize(1);
  }

  @Test
  void whatRangDuringTheRestIsAnsweredAfterIt() throws InterruptedException {
    GuestDriver guest = rng();
    try (DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-rest")) {
      assertThat(loop).isNotNull();
      for (int i = 0; i < 1000; i++) {
        guest.rest();
        guest.ring(0).usedEvent(i);
        guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
        guest.store(Registers.QUEUE_NOTIFY, 0);
        guest.transport().resume();
        guest.interrupt().awaitRising();
        guest.handleInterrupt();
        assertThat(guest.ring(0).takeUsed()).hasSize(1);
      }
    }
  }

  @Test
  void whatWasOfferedDuringTheRestIsServedWithoutANotification() throws InterruptedException {
    GuestDriver guest = rng();
    try (DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-rest")) {
      assertThat(loop).isNotNull();
      guest.rest();
      guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
      guest.transport().resume();
      guest.interrupt().awaitRising();
      assertThat(guest.ring(0).takeUsed()).hasSize(1);
    }
  }

  @Test
  void onlyADeviceAtRestIsSaved() {
    GuestDriver guest = rng();
    assertThatIllegalStateException().isThrownBy(() -> guest.transport().save());
    guest.rest();
    assertThat(guest.transport().save()).isEqualTo(guest.transport().save());
    guest.transport().resume();
    assertThatIllegalStateException().isThrownBy(() -> guest.transport().save());
  }

  @Test
  void aDeviceThatHangsIsNamedAndGoesOnWhenItCan() throws InterruptedException {
    HangingDevice device = new HangingDevice();
    GuestDriver guest = new GuestDriver(doorbell -> device).start();
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
    try (DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-hang")) {
      assertThat(loop).isNotNull();
      device.serving.await();
      assertThatThrownBy(() -> guest.transport().quiesce(SHORT))
          .isInstanceOf(DeviceBusyException.class)
          .hasMessageStartingWith("hanging: ");
      assertThatIllegalStateException().isThrownBy(() -> guest.transport().save());
      device.release.countDown();
      guest.interrupt().awaitRising();
      guest.rest();
      assertThat(guest.transport().save().transport().queues().getFirst().nextUsed()).isEqualTo(1);
    }
  }

  @Test
  void aRequestThatIsNeverEndedIsNotSavedHalfDone() {
    HangingDevice device = new HangingDevice();
    device.release.countDown();
    device.keep = true;
    GuestDriver guest = new GuestDriver(doorbell -> device).start();
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 8));
    guest.kick(0);
    assertThatThrownBy(() -> guest.transport().quiesce(SHORT))
        .isInstanceOf(DeviceBusyException.class);
    device.keep = false;
    guest.rest();
    assertThat(guest.ring(0).takeUsed()).hasSize(1);
    assertThat(guest.interrupt().isUp()).isTrue();
  }

  @Test
  void aGuestsFaultOnTheWayToRestNeedsAResetAndIsSavedSo() {
    HangingDevice device = new HangingDevice();
    device.fault = new QueueException("caught out");
    GuestDriver guest = new GuestDriver(doorbell -> device).start();
    guest.rest();
    assertThat(guest.transport().save().transport().status()).isEqualTo(15 | 64);
    assertThat(guest.transport().metrics()).containsEntry("guest_faults", 1L);
  }

  @Test
  void aHostsFaultOnTheWayToRestDoesTheSame() {
    HangingDevice device = new HangingDevice();
    device.fault = new IllegalStateException("the disk is gone");
    GuestDriver guest = new GuestDriver(doorbell -> device).start();
    guest.rest();
    assertThat(guest.transport().save().transport().status()).isEqualTo(15 | 64);
    assertThat(guest.transport().metrics()).containsEntry("host_faults", 1L);
  }

  /** Takes one request and sits on it. */
  private static final class HangingDevice implements VirtioDevice {
    final CountDownLatch serving = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    volatile boolean keep;
    volatile @Nullable RuntimeException fault;
    private Virtqueue queue = Virtqueue.unused();
    private @Nullable DescriptorChain held;

    @Override
    public int deviceType() {
      return 4;
    }

    @Override
    public String name() {
      return "hanging";
    }

    @Override
    public long deviceFeatures() {
      return 0;
    }

    @Override
    public List<Integer> queueSizesMax() {
      return List.of(GuestDriver.QUEUE_SIZE);
    }

    @Override
    public byte[] configSpace() {
      return new byte[0];
    }

    @Override
    public void activate(Activation activation) {
      queue = activation.queues().getFirst();
    }

    @Override
    public boolean process() {
      held = queue.poll();
      serving.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a device thread", e);
      }
      return !settle() && !keep;
    }

    @Override
    public boolean settle() {
      RuntimeException thrown = fault;
      if (thrown != null) {
        throw thrown;
      }
      DescriptorChain chain = held;
      if (chain != null && !keep) {
        held = null;
        queue.addUsed(chain, 8);
        queue.finish();
      }
      return held == null;
    }

    @Override
    public DeviceState save() {
      return new RngState();
    }

    @Override
    public void restore(DeviceState state) {}

    @Override
    public void reset() {
      queue = Virtqueue.unused();
      held = null;
    }
  }
}

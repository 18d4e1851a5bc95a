package dev.spore.virtio.mmio;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static dev.spore.virtio.mmio.GuestDriver.QUEUE_SIZE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.device.DeviceState;
import dev.spore.format.device.RngState;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.queue.DescriptorChain;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.queue.RingDriver.Used;
import dev.spore.virtio.queue.Virtqueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reset with requests in flight, by a device that answers late. */
class ResetTest {
  private final SlowDevice device = new SlowDevice();
  private final GuestDriver guest = new GuestDriver(doorbell -> device);

  @Test
  void requestsInFlightAtAResetNeverReachMemoryUsedAgain() {
    guest.start();
    for (int i = 0; i < QUEUE_SIZE; i++) {
      guest.ring(0).offer(Piece.write(BUFFERS_GPA + i, 1));
    }
    guest.kick(0);
    List<DescriptorChain> stale = List.copyOf(device.held);
    Virtqueue old = device.queue;
    assertThat(stale).hasSize(QUEUE_SIZE);

    guest.start();
    stale.forEach(chain -> old.addUsed(chain, 1));
    assertThat(old.finish()).isFalse();
    assertThat(old.poll()).isNull();
    assertThat(guest.ring(0).usedIndex()).isZero();
    assertThat(guest.interrupt().isUp()).isFalse();

    int head = guest.ring(0).offer(Piece.write(BUFFERS_GPA, 1));
    guest.kick(0);
    device.answer();
    assertThat(guest.ring(0).takeUsed()).containsExactly(new Used(head, 1));
  }

  @Test
  void aHeadOfferedAgainWhileInFlightNeedsAReset() {
    guest.start();
    int head = guest.ring(0).offer(Piece.write(BUFFERS_GPA, 1));
    guest.kick(0);
    guest.ring(0).offerHead(head);
    guest.kick(0);
    assertThat(guest.needsReset()).isTrue();
    assertThat(device.held).hasSize(1);
  }

  @Test
  void moreThanTheRingHoldsIsNeverInFlight() {
    guest.start();
    for (int i = 0; i < QUEUE_SIZE; i++) {
      guest.ring(0).offer(Piece.write(BUFFERS_GPA, 1));
    }
    guest.kick(0);
    guest.ring(0).offer(Piece.write(BUFFERS_GPA, 1));
    guest.kick(0);
    assertThat(guest.needsReset()).isTrue();
    assertThat(device.queue.inFlight()).isEqualTo(QUEUE_SIZE);
  }

  @Test
  void aResetFromAnyStateLeavesAFreshDevice() {
    for (int status : new int[] {0, 1, 3, 11, 15, 128, 131, 143}) {
      guest.start();
      guest.store(Registers.STATUS, 0);
      guest.store(Registers.STATUS, 1);
      guest.store(Registers.STATUS, 3);
      guest.store(Registers.STATUS, status);
      guest.store(Registers.STATUS, 0);
      assertThat(guest.status()).isZero();
      assertThat(device.queue.isReady()).isFalse();
    }
  }

  @Test
  void aDeviceThatCannotStartNeedsAResetAndHarmsNobody() {
    device.broken = true;
    guest.start();
    assertThat(guest.needsReset()).isTrue();
    assertThat(guest.transport().metrics()).containsEntry("host_faults", 1L);
    device.broken = false;
    guest.start();
    assertThat(guest.needsReset()).isFalse();
  }

  /** Holds every request until told to answer. */
  private static final class SlowDevice implements VirtioDevice {
    final List<DescriptorChain> held = new ArrayList<>();
    Virtqueue queue = Virtqueue.unused();
    boolean broken;

    void answer() {
      held.forEach(chain -> queue.addUsed(chain, 1));
      held.clear();
      assertThat(queue.finish()).isFalse();
    }

    @Override
    public int deviceType() {
      return 4;
    }

    @Override
    public String name() {
      return "slow";
    }

    @Override
    public long deviceFeatures() {
      return 0;
    }

    @Override
    public List<Integer> queueSizesMax() {
      return List.of(QUEUE_SIZE);
    }

    @Override
    public byte[] configSpace() {
      return new byte[0];
    }

    @Override
    public void activate(Activation activation) {
      if (broken) {
        throw new IllegalStateException("no disk");
      }
      queue = activation.queues().getFirst();
    }

    @Override
    public boolean process() {
      while (true) {
        DescriptorChain chain = queue.poll();
        if (chain == null) {
          return queue.finish();
        }
        held.add(chain);
      }
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
      held.clear();
    }
  }
}

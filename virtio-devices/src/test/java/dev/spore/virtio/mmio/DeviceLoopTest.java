package dev.spore.virtio.mmio;

import static dev.spore.virtio.mmio.GuestDriver.BUFFERS_GPA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.device.DeviceState;
import dev.spore.format.device.RngState;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.queue.RingDriver;
import dev.spore.virtio.queue.RingDriver.Piece;
import dev.spore.virtio.rng.RngDevice;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The device on its own thread; the test is the vCPU. A lost wake-up would hang it. */
@Timeout(60)
class DeviceLoopTest {
  /** A driver of {@code features} that sleeps for every answer loses none. */
  private void servesAll(long features, int requests) throws InterruptedException {
    GuestDriver guest = new GuestDriver(doorbell -> new RngDevice(new SplittableRandom(1)));
    guest.start(features);
    RingDriver ring = guest.ring(0);
    boolean eventIndex = (features & GuestDriver.MODERN & ~GuestDriver.PLAIN) != 0;
    try (DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-rng")) {
      assertThat(loop).isNotNull();
      int done = 0;
      int offered = 0;
      while (done < requests) {
        int before = ring.availIndex();
        // As many as fit, in uneven bursts.
        int burst = Math.min(1 + offered % 7, requests - offered);
        for (int i = 0; i < burst && offered - done < GuestDriver.QUEUE_SIZE; i++, offered++) {
          ring.offer(Piece.write(BUFFERS_GPA, 8));
        }
        if (!eventIndex || ring.wantsNotification(before)) {
          guest.store(Registers.QUEUE_NOTIFY, 0);
        }
        done += awaitUsed(guest, ring, done);
      }
      assertThat(done).isEqualTo(requests);
    }
    assertThat(guest.needsReset()).isFalse();
  }

  private static int awaitUsed(GuestDriver guest, RingDriver ring, int seen)
      throws InterruptedException {
    while (true) {
      int used = ring.takeUsed().size();
      if (used > 0) {
        return used;
      }
      if (ring.sleepsUntilUsed(seen & 0xffff)) {
        guest.interrupt().awaitRising();
        guest.handleInterrupt();
      }
    }
  }

  @Test
  void noWakeUpIsLostWithEventIndices() throws InterruptedException {
    servesAll(GuestDriver.MODERN, 100_000);
  }

  @Test
  void noWakeUpIsLostWithoutThem() throws InterruptedException {
    servesAll(GuestDriver.PLAIN, 20_000);
  }

  @Test
  void aVcpuNeverWaitsForADeviceAtWorkExceptToResetIt() throws InterruptedException {
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    GuestDriver guest =
        new GuestDriver(doorbell ->
            new ScriptedDevice(() -> {
              working.countDown();
              awaitUninterruptibly(release);
              return false;
            }));
    guest.start();
    try (DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-busy")) {
      assertThat(loop).isNotNull();
      working.await();
      assertThat(guest.load(Registers.INTERRUPT_STATUS)).isZero();
      guest.store(Registers.INTERRUPT_ACK, 3);
      guest.store(Registers.QUEUE_NOTIFY, 0);
      assertThat(guest.status()).isEqualTo(15);
      assertThat(guest.transport().read(Registers.CONFIG, 1)).isEqualTo(7);
      guest.store(Registers.QUEUE_SEL, 0);
      assertThat(guest.load(Registers.QUEUE_READY)).isEqualTo(1);

      Thread reset = Thread.ofVirtual().start(() -> guest.store(Registers.STATUS, 0));
      while (reset.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertThat(guest.status()).isEqualTo(15);
      release.countDown();
      reset.join();
      assertThat(guest.status()).isZero();
    }
  }

  @Test
  void aDeviceWithEndlessWorkStillLetsAResetIn() {
    GuestDriver guest = new GuestDriver(doorbell -> new ScriptedDevice(() -> true));
    guest.start();
    try (DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-endless")) {
      assertThat(loop).isNotNull();
      for (int i = 0; i < 100; i++) {
        guest.start();
      }
      assertThat(guest.status()).isEqualTo(15);
    }
  }

  @Test
  void closingEndsADeviceWithEndlessWork() {
    GuestDriver guest = new GuestDriver(doorbell -> new ScriptedDevice(() -> true));
    guest.start();
    DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-endless");
    loop.close();
    loop.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("test-endless"));
  }

  @Test
  void closingInterruptsADeviceThatWaits() throws InterruptedException {
    CountDownLatch serving = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    GuestDriver guest =
        new GuestDriver(doorbell ->
            new ScriptedDevice(() -> {
              serving.countDown();
              awaitUninterruptibly(never);
              return false;
            }));
    guest.start();
    DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-waits", Duration.ofMillis(10));
    serving.await();
    loop.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("test-waits"));
  }

  @Test
  void closingLeavesADeviceBehindThatCannotBeInterrupted() throws InterruptedException {
    CompletableFuture<Thread> stuck = new CompletableFuture<>();
    AtomicBoolean storageIsBack = new AtomicBoolean();
    GuestDriver guest =
        new GuestDriver(doorbell ->
            new ScriptedDevice(() -> {
              stuck.complete(Thread.currentThread());
              while (!storageIsBack.get()) {
                Thread.onSpinWait();
              }
              return true;
            }));
    guest.start();
    DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-stuck", Duration.ofMillis(10));
    Thread thread = stuck.join();
    Thread.currentThread().interrupt();
    loop.close();
    assertThat(Thread.interrupted()).as("the closer's own interruption is kept").isTrue();
    loop.close();
    assertThat(thread.isAlive()).isTrue();
    assertThat(thread.isDaemon()).isTrue();
    assertThat(guest.transport().metrics()).containsEntry("host_faults", 1L);

    storageIsBack.set(true);
    thread.join();
  }

  @Test
  void aHostFaultStopsTheDeviceNotItsThread() throws InterruptedException {
    CountDownLatch served = new CountDownLatch(2);
    GuestDriver guest =
        new GuestDriver(doorbell ->
            new ScriptedDevice(() -> {
              served.countDown();
              if (served.getCount() == 1) {
                throw new IllegalStateException("the disk is gone");
              }
              return false;
            }));
    guest.start();
    try (DeviceLoop loop = DeviceLoop.start(guest.transport(), "test-fault")) {
      assertThat(loop).isNotNull();
      guest.interrupt().awaitRising();
      assertThat(guest.needsReset()).isTrue();
      assertThat(guest.handleInterrupt()).isEqualTo(InterruptLine.CONFIG_CHANGE);
      guest.start();
      served.await();
      assertThat(guest.needsReset()).isFalse();
      assertThat(guest.transport().metrics()).containsEntry("host_faults", 1L);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a device thread", e);
    }
  }

  /** Does what the test says each time it is served. */
  private record ScriptedDevice(BooleanSupplier work) implements VirtioDevice {
    @Override
    public int deviceType() {
      return 4;
    }

    @Override
    public String name() {
      return "scripted";
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
      return new byte[] {7};
    }

    @Override
    public void activate(Activation activation) {}

    @Override
    public boolean process() {
      return work.getAsBoolean();
    }

    @Override
    public DeviceState save() {
      return new RngState();
    }

    @Override
    public void restore(DeviceState state) {}

    @Override
    public void reset() {}
  }
}

package dev.spore.virtio.mmio;

import dev.spore.format.device.DeviceState;
import dev.spore.format.device.QueueState;
import dev.spore.format.device.TransportState;
import dev.spore.format.device.VirtioState;
import dev.spore.virtio.DeviceStateException;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.RateLimitedLog;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.VirtioDevice.Activation;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.memory.GuestMemoryException;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.Virtqueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The life of a device behind its registers: brought up at DRIVER_OK, let work, brought to rest and
 * saved or restored, stopped by a fault, reset. One lock makes these exclude one another; it is
 * taken before the registers' own.
 */
final class DeviceControl {
  private final VirtioDevice device;
  private final GuestMemory memory;
  private final Doorbell doorbell;
  private final InterruptLine interrupt;
  private final RegisterFile registers;
  private final TransportMetrics metrics;
  private final RateLimitedLog log;

  // Fair: a device thread with endless work would else take it again before a reset gets in.
  private final ReentrantLock lock = new ReentrantLock(true);
  private List<Virtqueue> queues = List.of();
  private int announcedGeneration;

  // Set under the lock; looked at without it too, lest a device that hangs hold others up.
  private volatile boolean resting;

  // What the driver sees beyond the device's own count: a restored driver has seen another's.
  private volatile int generationOffset;

  DeviceControl(
      VirtioDevice device,
      GuestMemory memory,
      Doorbell doorbell,
      InterruptLine interrupt,
      RegisterFile registers,
      TransportMetrics metrics,
      RateLimitedLog log) {
    this.device = device;
    this.memory = memory;
    this.doorbell = doorbell;
    this.interrupt = interrupt;
    this.registers = registers;
    this.metrics = metrics;
    this.log = log;
  }

  /** See {@link MmioTransport#service()}. */
  boolean service() {
    lock.lock();
    try {
      return !resting && live() && guarded(this::work);
    } finally {
      lock.unlock();
    }
  }

  private boolean work() {
    int generation = device.configGeneration();
    if (generation != announcedGeneration) {
      announcedGeneration = generation;
      raise(InterruptLine.CONFIG_CHANGE);
    }
    return device.process();
  }

  private boolean live() {
    return DeviceStatus.live(registers.status());
  }

  /** Calls into the device; a fault of either side makes it need a reset. */
  private boolean guarded(BooleanSupplier call) {
    try {
      return call.getAsBoolean();
    } catch (QueueException | GuestMemoryException e) {
      guestFault(e);
      return false;
    } catch (RuntimeException | Error e) {
      needsReset();
      throw e;
    }
  }

  /** ConfigGeneration as the driver sees it. Any thread. */
  int configGeneration() {
    return device.configGeneration() + generationOffset;
  }

  /** See {@link MmioTransport#quiesce}. */
  void quiesce(Duration timeout) throws InterruptedException {
    long start = System.nanoTime();
    if (!lock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new DeviceBusyException(device.name(), timeout);
    }
    try {
      while (!settle()) {
        if (System.nanoTime() - start >= timeout.toNanos()) {
          throw new DeviceBusyException(device.name(), timeout);
        }
      }
      resting = true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing is in flight, after another step towards it. */
  private boolean settle() {
    try {
      return !live() || guarded(device::settle) || !live();
    } catch (RuntimeException | InternalError e) {
      hostFault(e);
      return true;
    }
  }

  /** See {@link MmioTransport#resume}. */
  void resume() {
    resting = false;
    interrupt.repeat();
    // Whatever rang meanwhile was answered by a device that did nothing.
    doorbell.ring();
  }

  /** See {@link MmioTransport#save}. */
  VirtioState save() {
    if (!resting) {
      throw new IllegalStateException(device.name() + " is to be saved while at work");
    }
    lock.lock();
    try {
      List<Virtqueue> open = live() ? queues : List.of();
      if (!open.stream().allMatch(Virtqueue::isSettled)) {
        throw new IllegalStateException(device.name() + " rests with requests in flight");
      }
      DeviceState saved = device.save();
      int generation = device.configGeneration();
      int pending = interrupt.status();
      if (live() && generation != announcedGeneration) {
        pending |= InterruptLine.CONFIG_CHANGE;
      }
      TransportState transport =
          registers.save(device.deviceType(), pending, generation + generationOffset, open);
      return new VirtioState(transport, saved);
    } finally {
      lock.unlock();
    }
  }

  /** See {@link MmioTransport#restore}. */
  void restore(VirtioState state) {
    if (registers.status() != 0) {
      throw new IllegalStateException(device.name() + " is in use: restore it into a new one");
    }
    lock.lock();
    try {
      resting = true;
      boolean done = false;
      try {
        takeOver(state);
        done = true;
      } catch (QueueException | GuestMemoryException e) {
        throw new DeviceStateException(device.name(), String.valueOf(e.getMessage()));
      } finally {
        if (!done) {
          clear();
          generationOffset = 0;
          resting = false;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void takeOver(VirtioState state) {
    TransportState transport = state.transport();
    if (transport.deviceType() != device.deviceType()) {
      throw new DeviceStateException(
          device.name(), "it is of virtio device type " + transport.deviceType());
    }
    registers.restore(transport);
    device.restore(state.device());
    announcedGeneration = device.configGeneration();
    generationOffset = (int) transport.configGeneration() - announcedGeneration;
    if (live()) {
      activate(transport.queues());
    }
    interrupt.set(transport.interruptStatus());
  }

  /** The device failed through no fault of the guest. */
  void hostFault(Throwable cause) {
    metrics.hostFaults.increment();
    log.hostFault(() -> "stopped by a fault of the host: " + cause);
  }

  /** See {@link MmioTransport#leftBehind()}. */
  void leftBehind() {
    metrics.hostFaults.increment();
    log.hostFault(() -> "its thread hangs in a request and is left behind: see what it waits for");
  }

  /** The driver wrote {@code value} to Status; only a start and a reset wait for the device. */
  void writeStatus(int value) {
    if (value != 0 && (value & DeviceStatus.DRIVER_OK) == 0) {
      advance(value);
      return;
    }
    lock.lock();
    try {
      if (value == 0) {
        reset();
      } else if (advance(value).goesLive()) {
        activate();
      }
    } finally {
      lock.unlock();
    }
  }

  private RegisterFile.Advance advance(int value) {
    RegisterFile.Advance advance = registers.advance(value);
    if (((value ^ advance.after()) & DeviceStatus.DRIVER_BITS) != 0) {
      metrics.refusedAccesses.increment();
    }
    return advance;
  }

  private void activate() {
    try {
      announcedGeneration = device.configGeneration();
      activate(null);
      // Buffers may be waiting already, and the host end may have something to say.
      doorbell.ring();
    } catch (QueueException | GuestMemoryException e) {
      guestFault(e);
    } catch (RuntimeException e) {
      // This is a vCPU thread: a device that cannot start must not take the machine along.
      hostFault(e);
      needsReset();
    }
  }

  /**
   * Gives the device its queues.
   *
   * @param saved where each of them was; null if they are new
   */
  private void activate(@Nullable List<QueueState> saved) {
    RegisterFile.Setup setup = registers.setup(memory);
    List<Virtqueue> opened = new ArrayList<>();
    for (QueueLayout layout : setup.layouts()) {
      QueueState position = saved == null ? null : saved.get(opened.size());
      opened.add(open(layout, setup.features(), position));
    }
    queues = List.copyOf(opened);
    device.activate(new Activation(memory, queues, setup.features()));
  }

  private Virtqueue open(@Nullable QueueLayout layout, long features, @Nullable QueueState saved) {
    Runnable signal = () -> raise(InterruptLine.USED_BUFFER);
    if (layout == null) {
      if (saved != null && (saved.nextAvail() != 0 || saved.nextUsed() != 0)) {
        throw new QueueException("positions in a queue that is not ready");
      }
      return Virtqueue.unused();
    }
    return saved == null
        ? Virtqueue.open(memory, layout, features, signal)
        : Virtqueue.resume(memory, layout, features, signal, saved.nextAvail(), saved.nextUsed());
  }

  private void reset() {
    metrics.resets.increment();
    clear();
  }

  private void clear() {
    queues.forEach(Virtqueue::close);
    queues = List.of();
    device.reset();
    registers.clear();
    interrupt.set(0);
  }

  private void guestFault(RuntimeException cause) {
    metrics.guestFaults.increment();
    log.guestFault(() -> "needs a reset, the driver broke a rule: " + cause.getMessage());
    needsReset();
  }

  private void needsReset() {
    if (registers.needsReset()) {
      raise(InterruptLine.CONFIG_CHANGE);
    }
  }

  private void raise(int bit) {
    metrics.interrupts.increment();
    interrupt.raise(bit);
  }
}

package dev.spore.virtio.mmio;

import dev.spore.virtio.Doorbell;
import dev.spore.virtio.RateLimitedLog;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.VirtioDevice.Activation;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.memory.GuestMemoryException;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.Virtqueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The life of a device behind its registers: brought up at DRIVER_OK, let work, stopped by a fault,
 * reset. One lock makes these exclude one another; it is taken before the registers' own.
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
      if (!DeviceStatus.live(registers.status())) {
        return false;
      }
      int generation = device.configGeneration();
      if (generation != announcedGeneration) {
        announcedGeneration = generation;
        raise(InterruptLine.CONFIG_CHANGE);
      }
      return device.process();
    } catch (QueueException | GuestMemoryException e) {
      guestFault(e);
      return false;
    } catch (RuntimeException | Error e) {
      needsReset();
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** The device failed through no fault of the guest. */
  void hostFault(Throwable cause) {
    metrics.hostFaults.increment();
    log.hostFault(() -> "stopped by a fault of the host: " + cause);
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
      RegisterFile.Setup setup = registers.setup(memory);
      List<Virtqueue> opened = new ArrayList<>();
      for (QueueLayout layout : setup.layouts()) {
        opened.add(open(layout, setup.features()));
      }
      queues = List.copyOf(opened);
      announcedGeneration = device.configGeneration();
      device.activate(new Activation(memory, queues, setup.features()));
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

  private Virtqueue open(@Nullable QueueLayout layout, long features) {
    return layout == null
        ? Virtqueue.unused()
        : Virtqueue.open(memory, layout, features, () -> raise(InterruptLine.USED_BUFFER));
  }

  private void reset() {
    metrics.resets.increment();
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

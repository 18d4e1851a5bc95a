package dev.spore.virtio.mmio;

import dev.spore.format.device.QueueState;
import dev.spore.format.device.TransportState;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.Virtqueue;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the driver has written to the status, feature and queue registers (virtio 1.2 §4.2.2), and
 * which of it it may still write. Any thread: one lock, never held for long, guards all of it;
 * {@link #status()} is read without it.
 */
final class RegisterFile {
  /** What the driver has settled by the time it sets DRIVER_OK. */
  record Setup(long features, List<@Nullable QueueLayout> layouts) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final DriverSetup setup;

  // Written under the lock.
  private volatile int status;

  /**
   * @param offered feature bits of device and transport
   */
  RegisterFile(long offered, List<Integer> queueSizesMax) {
    this.setup = new DriverSetup(offered, queueSizesMax);
  }

  int status() {
    return status;
  }

  /** The value of a register that depends on what was written; null if {@code offset} has none. */
  @Nullable Integer read(int offset) {
    lock.lock();
    try {
      return switch (offset) {
        case Registers.DEVICE_FEATURES -> setup.deviceFeatures();
        case Registers.QUEUE_NUM_MAX -> setup.queueSizeMax();
        case Registers.QUEUE_READY -> setup.queueReady() ? 1 : 0;
        default -> null;
      };
    } finally {
      lock.unlock();
    }
  }

  /** Stores a register other than Status; false if it cannot be written, or not now. */
  boolean write(int offset, int value) {
    lock.lock();
    try {
      return store(offset, value);
    } finally {
      lock.unlock();
    }
  }

  private boolean store(int offset, int value) {
    return switch (offset) {
      case Registers.DEVICE_FEATURES_SEL -> {
        setup.selectDeviceFeatures(value);
        yield true;
      }
      case Registers.DRIVER_FEATURES_SEL -> {
        setup.selectDriverFeatures(value);
        yield true;
      }
      case Registers.QUEUE_SEL -> {
        setup.selectQueue(value);
        yield true;
      }
      // There is no region to select: every one reads as absent.
      case Registers.SHM_SEL -> true;
      case Registers.DRIVER_FEATURES -> {
        boolean writable = DeviceStatus.featuresWritable(status);
        if (writable) {
          setup.acceptFeatures(value);
        }
        yield writable;
      }
      case Registers.QUEUE_NUM,
          Registers.QUEUE_READY,
          Registers.QUEUE_DESC_LOW,
          Registers.QUEUE_DESC_HIGH,
          Registers.QUEUE_DRIVER_LOW,
          Registers.QUEUE_DRIVER_HIGH,
          Registers.QUEUE_DEVICE_LOW,
          Registers.QUEUE_DEVICE_HIGH ->
          DeviceStatus.queuesWritable(status) && setup.writeQueue(offset, value);
      default -> false;
    };
  }

  /**
   * The driver wrote {@code value}, not 0, to Status.
   *
   * @return the status before and after
   */
  Advance advance(int value) {
    lock.lock();
    try {
      int old = status;
      status = DeviceStatus.advance(old, value, setup.featuresAcceptable());
      return new Advance(old, status);
    } finally {
      lock.unlock();
    }
  }

  /** Status before and after a write. */
  record Advance(int before, int after) {
    /** Whether the device is in use only from here on. */
    boolean goesLive() {
      return DeviceStatus.live(after) && !DeviceStatus.live(before);
    }
  }

  /**
   * A checked copy of what the driver settled on.
   *
   * @throws dev.spore.virtio.queue.QueueException if a ready queue is not one the device could use
   */
  Setup setup(GuestMemory memory) {
    lock.lock();
    try {
      return new Setup(setup.accepted(), setup.layouts(memory));
    } finally {
      lock.unlock();
    }
  }

  /** Sets DEVICE_NEEDS_RESET; false if the driver has reset the device already. */
  boolean needsReset() {
    lock.lock();
    try {
      if (status == 0) {
        return false;
      }
      status |= DeviceStatus.NEEDS_RESET;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The registers as a record.
   *
   * @param queues of a device in use; none of one that is not
   */
  TransportState save(
      int deviceType, int interruptStatus, int configGeneration, List<Virtqueue> queues) {
    lock.lock();
    try {
      return setup.save(deviceType, status, interruptStatus, configGeneration, queues);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes over what another device of this kind had.
   *
   * @throws QueueException if no driver could have brought the registers there; some are changed
   */
  void restore(TransportState state) {
    requireReachable(state);
    lock.lock();
    try {
      setup.restore(state);
      status = state.status();
    } finally {
      lock.unlock();
    }
  }

  private static void requireReachable(TransportState state) {
    int status = state.status();
    if (!DeviceStatus.reachable(status)) {
      throw new QueueException("no device has status 0x%x".formatted(status));
    }
    if ((status & DeviceStatus.DRIVER_OK) == 0 && state.interruptStatus() != 0) {
      throw new QueueException("an interrupt of a device that is not in use");
    }
    if (DeviceStatus.live(status)) {
      return;
    }
    for (QueueState queue : state.queues()) {
      if (queue.nextAvail() != 0 || queue.nextUsed() != 0) {
        throw new QueueException("positions in a queue of a device that is not in use");
      }
    }
  }

  /** The driver reset the device. */
  void clear() {
    lock.lock();
    try {
      setup.clear();
      status = 0;
    } finally {
      lock.unlock();
    }
  }
}

package dev.spore.virtio.mmio;

import dev.spore.virtio.Doorbell;
import dev.spore.virtio.Interrupt;
import dev.spore.virtio.Limits;
import dev.spore.virtio.RateLimitedLog;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.VirtioDevice.Activation;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.memory.GuestMemoryException;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.Virtqueue;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One device behind a window of registers (virtio 1.2 §4.2, version 2).
 *
 * <p>{@link #read} and {@link #write} run on vCPU threads, {@link #service} on the device thread.
 * Two locks, always taken in this order: {@code deviceLock} serialises the device (activate,
 * process, reset), {@code registerLock} guards what the driver has written. Only a write to Status
 * that starts or resets the device waits for the former; interrupt status, acknowledgement,
 * notification and configuration take neither.
 *
 * <p>Nothing a guest does throws: what the specification does not allow reads as 0, is ignored, and
 * is counted; what breaks a queue sets DEVICE_NEEDS_RESET.
 */
public final class MmioTransport {
  /** Bytes of the window: registers, then configuration space. */
  public static final int WINDOW_BYTES = Registers.CONFIG + Limits.CONFIG_BYTES_MAX;

  /** Offset of QueueNotify, where an ioeventfd goes; 4 bytes wide. */
  public static final int QUEUE_NOTIFY_OFFSET = Registers.QUEUE_NOTIFY;

  /** VIRTIO_F_VERSION_1 (virtio 1.2 §6), a feature bit number. */
  public static final int F_VERSION_1 = 32;

  private static final long TRANSPORT_FEATURES =
      1L << F_VERSION_1 | 1L << Virtqueue.F_INDIRECT_DESC | 1L << Virtqueue.F_EVENT_IDX;

  private static final Logger LOGGER = System.getLogger("dev.spore.virtio");

  private final VirtioDevice device;
  private final GuestMemory memory;
  private final Doorbell doorbell;
  private final InterruptLine interrupt;
  private final TransportMetrics metrics = new TransportMetrics();
  private final RateLimitedLog log;
  private final int queueCount;

  // Fair: a device thread with endless work would else take it again before a reset gets in.
  private final ReentrantLock deviceLock = new ReentrantLock(true);
  private final ReentrantLock registerLock = new ReentrantLock();
  private final DriverSetup setup;
  private List<Virtqueue> queues = List.of();
  private int announcedGeneration;

  // Written under registerLock.
  private volatile int status;

  /**
   * A device nobody has driven yet.
   *
   * @param doorbell the one the device rings for host events too
   */
  public MmioTransport(
      VirtioDevice device, GuestMemory memory, Interrupt interrupt, Doorbell doorbell) {
    this.device = device;
    this.memory = memory;
    this.doorbell = doorbell;
    this.interrupt = new InterruptLine(interrupt);
    this.log = new RateLimitedLog(LOGGER, device.name());
    List<Integer> sizes = device.queueSizesMax();
    if (sizes.size() > Limits.QUEUES_MAX) {
      throw new IllegalArgumentException(device.name() + " has too many queues");
    }
    this.queueCount = sizes.size();
    this.setup = new DriverSetup(device.deviceFeatures() | TRANSPORT_FEATURES, sizes);
  }

  /** Counters by name. */
  public Map<String, Long> metrics() {
    return metrics.values();
  }

  /** The device behind this window. */
  public VirtioDevice device() {
    return device;
  }

  Doorbell doorbell() {
    return doorbell;
  }

  /**
   * A guest load from the window.
   *
   * @param offset bytes from the start of the window
   * @param widthBytes 1, 2, 4 or 8
   * @return the value, zero-extended; 0 for anything that cannot be read
   */
  public long read(int offset, int widthBytes) {
    if (offset >= Registers.CONFIG) {
      return readConfig(offset - Registers.CONFIG, widthBytes);
    }
    if (offset < 0 || widthBytes != 4 || offset % 4 != 0) {
      return refused();
    }
    return Integer.toUnsignedLong(readRegister(offset));
  }

  /**
   * A guest store to the window.
   *
   * @param offset bytes from the start of the window
   * @param widthBytes 1, 2, 4 or 8
   */
  public void write(int offset, int widthBytes, long value) {
    if (offset >= Registers.CONFIG) {
      writeConfig(offset - Registers.CONFIG, widthBytes, value);
    } else if (offset < 0 || widthBytes != 4 || offset % 4 != 0) {
      refused();
    } else {
      writeRegister(offset, (int) value);
    }
  }

  /**
   * Lets the device work once, if it is in use. Device thread.
   *
   * <p>What the device throws for any reason but the guest leaves this method, after the guest has
   * been told that the device needs a reset.
   *
   * @return true when work was left over
   */
  public boolean service() {
    deviceLock.lock();
    try {
      if (!DeviceStatus.live(status)) {
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
      deviceLock.unlock();
    }
  }

  /** The device failed through no fault of the guest. */
  void hostFault(Throwable cause) {
    metrics.hostFaults.increment();
    log.hostFault(() -> "stopped by a fault of the host: " + cause);
  }

  private int readRegister(int offset) {
    return switch (offset) {
      case Registers.INTERRUPT_STATUS -> interrupt.status();
      case Registers.STATUS -> status;
      case Registers.CONFIG_GENERATION -> device.configGeneration();
      default -> {
        registerLock.lock();
        try {
          yield readSetup(offset);
        } finally {
          registerLock.unlock();
        }
      }
    };
  }

  private int readSetup(int offset) {
    return switch (offset) {
      case Registers.MAGIC_VALUE -> Registers.MAGIC;
      case Registers.VERSION -> Registers.TRANSPORT_VERSION;
      case Registers.DEVICE_ID -> device.deviceType();
      case Registers.VENDOR_ID -> Registers.VENDOR;
      case Registers.DEVICE_FEATURES -> setup.deviceFeatures();
      case Registers.QUEUE_NUM_MAX -> setup.queueSizeMax();
      case Registers.QUEUE_READY -> setup.queueReady() ? 1 : 0;
      case Registers.SHM_LEN_LOW,
          Registers.SHM_LEN_HIGH,
          Registers.SHM_BASE_LOW,
          Registers.SHM_BASE_HIGH ->
          Registers.NO_SHM;
      default -> (int) refused();
    };
  }

  private void writeRegister(int offset, int value) {
    switch (offset) {
      case Registers.QUEUE_NOTIFY -> notifyQueue(value);
      case Registers.INTERRUPT_ACK -> interrupt.acknowledge(value);
      case Registers.STATUS -> writeStatus(value);
      default -> {
        registerLock.lock();
        try {
          writeSetup(offset, value);
        } finally {
          registerLock.unlock();
        }
      }
    }
  }

  private void writeSetup(int offset, int value) {
    switch (offset) {
      case Registers.DEVICE_FEATURES_SEL -> setup.selectDeviceFeatures(value);
      case Registers.DRIVER_FEATURES_SEL -> setup.selectDriverFeatures(value);
      case Registers.QUEUE_SEL -> setup.selectQueue(value);
      case Registers.SHM_SEL -> {
        // There is no region to select: every one reads as absent.
      }
      case Registers.DRIVER_FEATURES -> {
        if (DeviceStatus.featuresWritable(status)) {
          setup.acceptFeatures(value);
        } else {
          refused();
        }
      }
      case Registers.QUEUE_NUM,
          Registers.QUEUE_READY,
          Registers.QUEUE_DESC_LOW,
          Registers.QUEUE_DESC_HIGH,
          Registers.QUEUE_DRIVER_LOW,
          Registers.QUEUE_DRIVER_HIGH,
          Registers.QUEUE_DEVICE_LOW,
          Registers.QUEUE_DEVICE_HIGH -> {
        if (!DeviceStatus.queuesWritable(status) || !setup.writeQueue(offset, value)) {
          refused();
        }
      }
      default -> refused();
    }
  }

  private void notifyQueue(int index) {
    if (Integer.compareUnsigned(index, queueCount) >= 0 || !DeviceStatus.live(status)) {
      refused();
      return;
    }
    metrics.notifications.increment();
    doorbell.ring();
  }

  private void writeStatus(int value) {
    if (value != 0 && (value & DeviceStatus.DRIVER_OK) == 0) {
      advance(value);
      return;
    }
    deviceLock.lock();
    try {
      if (value == 0) {
        reset();
      } else if (advance(value)) {
        activate();
      }
    } finally {
      deviceLock.unlock();
    }
  }

  /** Returns whether the device went live just now. */
  private boolean advance(int value) {
    registerLock.lock();
    try {
      int old = status;
      int next = DeviceStatus.advance(old, value, setup.featuresAcceptable());
      if (((value ^ next) & DeviceStatus.DRIVER_BITS) != 0) {
        refused();
      }
      status = next;
      return DeviceStatus.live(next) && !DeviceStatus.live(old);
    } finally {
      registerLock.unlock();
    }
  }

  private void activate() {
    try {
      List<Virtqueue> opened = new ArrayList<>();
      long features;
      registerLock.lock();
      try {
        features = setup.accepted();
        for (QueueLayout layout : setup.layouts(memory)) {
          opened.add(open(layout, features));
        }
      } finally {
        registerLock.unlock();
      }
      queues = List.copyOf(opened);
      announcedGeneration = device.configGeneration();
      device.activate(new Activation(memory, queues, features));
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
    registerLock.lock();
    try {
      setup.clear();
      status = 0;
    } finally {
      registerLock.unlock();
    }
    interrupt.set(0);
  }

  private void guestFault(RuntimeException cause) {
    metrics.guestFaults.increment();
    log.guestFault(() -> "needs a reset, the driver broke a rule: " + cause.getMessage());
    needsReset();
  }

  private void needsReset() {
    registerLock.lock();
    try {
      if (status == 0) {
        return;
      }
      status |= DeviceStatus.NEEDS_RESET;
    } finally {
      registerLock.unlock();
    }
    raise(InterruptLine.CONFIG_CHANGE);
  }

  private void raise(int bit) {
    metrics.interrupts.increment();
    interrupt.raise(bit);
  }

  private long readConfig(int offset, int widthBytes) {
    byte[] config = device.configSpace();
    if (!inConfig(config, offset, widthBytes)) {
      return refused();
    }
    long value = 0;
    for (int i = 0; i < widthBytes; i++) {
      value |= (config[offset + i] & 0xffL) << (8 * i);
    }
    return value;
  }

  private void writeConfig(int offset, int widthBytes, long value) {
    if (!inConfig(device.configSpace(), offset, widthBytes)) {
      refused();
    } else if (widthBytes == 8) {
      device.writeConfig(offset, 4, value & 0xffff_ffffL);
      device.writeConfig(offset + 4, 4, value >>> 32);
    } else {
      device.writeConfig(offset, widthBytes, value & (-1L >>> (64 - 8 * widthBytes)));
    }
  }

  private static boolean inConfig(byte[] config, int offset, int widthBytes) {
    boolean width = widthBytes == 1 || widthBytes == 2 || widthBytes == 4 || widthBytes == 8;
    return width && offset % Math.min(widthBytes, 4) == 0 && offset <= config.length - widthBytes;
  }

  private long refused() {
    metrics.refusedAccesses.increment();
    return 0;
  }
}

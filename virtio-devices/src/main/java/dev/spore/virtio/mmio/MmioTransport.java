package dev.spore.virtio.mmio;

import dev.spore.format.device.VirtioState;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.Interrupt;
import dev.spore.virtio.Limits;
import dev.spore.virtio.RateLimitedLog;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.Virtqueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One device behind a window of registers (virtio 1.2 §4.2, version 2).
 *
 * <p>{@link #read} and {@link #write} run on vCPU threads, {@link #service} on the device thread.
 * Only a write to Status that starts or resets the device waits for the device thread; interrupt
 * status, acknowledgement, notification and configuration take no lock.
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

  private final VirtioDevice device;
  private final Doorbell doorbell;
  private final InterruptLine interrupt;
  private final TransportMetrics metrics = new TransportMetrics();
  private final int queueCount;
  private final RegisterFile registers;
  private final DeviceControl control;

  /**
   * A device nobody has driven yet.
   *
   * @param doorbell the one the device rings for host events too
   */
  public MmioTransport(
      VirtioDevice device, GuestMemory memory, Interrupt interrupt, Doorbell doorbell) {
    this.device = device;
    this.doorbell = doorbell;
    this.interrupt = new InterruptLine(interrupt);
    List<Integer> sizes = device.queueSizesMax();
    if (sizes.size() > Limits.QUEUES_MAX) {
      throw new IllegalArgumentException(device.name() + " has too many queues");
    }
    this.queueCount = sizes.size();
    this.registers = new RegisterFile(device.deviceFeatures() | TRANSPORT_FEATURES, sizes);
    this.control =
        new DeviceControl(
            device,
            memory,
            doorbell,
            this.interrupt,
            registers,
            metrics,
            new RateLimitedLog("dev.spore.virtio", device.name()));
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
    return control.service();
  }

  /**
   * Brings the device to rest, so that its memory and registers stay as they are: the request being
   * served is ended, nothing further is begun until {@link #resume()}. Notifications and host input
   * that arrive meanwhile are kept. The machine's vCPUs must not run. Not from the device thread.
   *
   * @param timeout how long to wait for the request being served
   * @throws DeviceBusyException if it took longer: the device goes on
   * @throws InterruptedException if interrupted while waiting: the device goes on
   */
  public void quiesce(Duration timeout) throws InterruptedException {
    control.quiesce(timeout);
  }

  /** Lets a device at rest go on, with all it has missed. Idempotent; any thread. */
  public void resume() {
    control.resume();
  }

  /**
   * The device as it is, for {@link #restore} elsewhere; the device is at rest and stays so.
   *
   * @throws IllegalStateException unless it is at rest
   */
  public VirtioState save() {
    return control.save();
  }

  /**
   * Takes over a device saved elsewhere, with guest memory as it was then; what this object was
   * made with takes the place of the host's end. Then the device is at rest: {@link #resume()} lets
   * it serve whatever waits in its rings. Writes no guest memory.
   *
   * @param state untrusted
   * @throws dev.spore.virtio.DeviceStateException if it is not a state this device can be in with
   *     this memory: it is as if just made
   * @throws IllegalStateException if a driver uses the device already
   */
  public void restore(VirtioState state) {
    control.restore(state);
  }

  /** The device failed through no fault of the guest. */
  void hostFault(Throwable cause) {
    control.hostFault(cause);
  }

  /** The device's thread hangs in the host, and the machine ends without it. */
  void leftBehind() {
    control.leftBehind();
  }

  private int readRegister(int offset) {
    return switch (offset) {
      case Registers.MAGIC_VALUE -> Registers.MAGIC;
      case Registers.VERSION -> Registers.TRANSPORT_VERSION;
      case Registers.DEVICE_ID -> device.deviceType();
      case Registers.VENDOR_ID -> Registers.VENDOR;
      case Registers.INTERRUPT_STATUS -> interrupt.status();
      case Registers.STATUS -> registers.status();
      case Registers.CONFIG_GENERATION -> control.configGeneration();
      case Registers.SHM_LEN_LOW,
          Registers.SHM_LEN_HIGH,
          Registers.SHM_BASE_LOW,
          Registers.SHM_BASE_HIGH ->
          Registers.NO_SHM;
      default -> {
        Integer value = registers.read(offset);
        yield value == null ? (int) refused() : value;
      }
    };
  }

  private void writeRegister(int offset, int value) {
    switch (offset) {
      case Registers.QUEUE_NOTIFY -> notifyQueue(value);
      case Registers.INTERRUPT_ACK -> interrupt.acknowledge(value);
      case Registers.STATUS -> control.writeStatus(value);
      default -> {
        if (!registers.write(offset, value)) {
          refused();
        }
      }
    }
  }

  private void notifyQueue(int index) {
    if (Integer.compareUnsigned(index, queueCount) >= 0 || !DeviceStatus.live(registers.status())) {
      refused();
      return;
    }
    metrics.notifications.increment();
    doorbell.ring();
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

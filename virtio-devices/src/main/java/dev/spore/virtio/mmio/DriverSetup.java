package dev.spore.virtio.mmio;

import dev.spore.format.device.QueueState;
import dev.spore.format.device.TransportState;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.queue.QueueException;
import dev.spore.virtio.queue.QueueLayout;
import dev.spore.virtio.queue.Virtqueue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the driver has written into the feature and queue registers: plain bits until the transport
 * copies them at DRIVER_OK. Not thread-safe; the transport's register lock guards it.
 */
final class DriverSetup {
  /** Registers of one queue, as written; the numbers are only checked by {@link #layouts}. */
  private static final class QueueRegisters {
    final int sizeMax;
    int size;
    long descriptorGpa;
    long driverGpa;
    long deviceGpa;
    boolean ready;

    QueueRegisters(int sizeMax) {
      this.sizeMax = sizeMax;
    }

    void clear() {
      size = 0;
      descriptorGpa = 0;
      driverGpa = 0;
      deviceGpa = 0;
      ready = false;
    }

    QueueState save(Virtqueue queue) {
      return new QueueState(
          Integer.toUnsignedLong(size),
          ready,
          descriptorGpa,
          driverGpa,
          deviceGpa,
          queue.nextAvail(),
          queue.nextUsed());
    }

    void restore(QueueState state) {
      size = (int) state.size();
      descriptorGpa = state.descriptorGpa();
      driverGpa = state.driverGpa();
      deviceGpa = state.deviceGpa();
      ready = state.ready();
    }
  }

  private final long offered;
  private final List<QueueRegisters> queues;
  private int deviceFeaturesSel;
  private int driverFeaturesSel;
  private int queueSel;
  private long accepted;
  private boolean acceptedUnknown;

  /**
   * @param offered feature bits of device and transport
   */
  DriverSetup(long offered, List<Integer> queueSizesMax) {
    this.offered = offered;
    this.queues = queueSizesMax.stream().map(QueueRegisters::new).toList();
  }

  void clear() {
    deviceFeaturesSel = 0;
    driverFeaturesSel = 0;
    queueSel = 0;
    accepted = 0;
    acceptedUnknown = false;
    queues.forEach(QueueRegisters::clear);
  }

  int deviceFeatures() {
    return switch (deviceFeaturesSel) {
      case 0 -> (int) offered;
      case 1 -> (int) (offered >>> 32);
      default -> 0;
    };
  }

  void selectDeviceFeatures(int index) {
    deviceFeaturesSel = index;
  }

  void selectDriverFeatures(int index) {
    driverFeaturesSel = index;
  }

  void acceptFeatures(int bits) {
    switch (driverFeaturesSel) {
      case 0 -> accepted = (accepted & ~0xffff_ffffL) | Integer.toUnsignedLong(bits);
      case 1 -> accepted = (accepted & 0xffff_ffffL) | ((long) bits << 32);
      default -> acceptedUnknown |= bits != 0;
    }
  }

  long accepted() {
    return accepted;
  }

  /** Whether the driver took only what was offered, VERSION_1 included (§6.1). */
  boolean featuresAcceptable() {
    return !acceptedUnknown
        && (accepted & ~offered) == 0
        && (accepted >>> MmioTransport.F_VERSION_1 & 1) != 0;
  }

  void selectQueue(int index) {
    queueSel = index;
  }

  int queueSizeMax() {
    QueueRegisters queue = selected();
    return queue == null ? 0 : queue.sizeMax;
  }

  boolean queueReady() {
    QueueRegisters queue = selected();
    return queue != null && queue.ready;
  }

  /**
   * Stores a queue register of the selected queue.
   *
   * @return false if there is no such queue, or it is ready and so may not change
   */
  boolean writeQueue(int register, int value) {
    QueueRegisters queue = selected();
    if (queue == null || (queue.ready && register != Registers.QUEUE_READY)) {
      return false;
    }
    switch (register) {
      case Registers.QUEUE_NUM -> queue.size = value;
      case Registers.QUEUE_READY -> queue.ready = (value & 1) != 0;
      case Registers.QUEUE_DESC_LOW -> queue.descriptorGpa = low(queue.descriptorGpa, value);
      case Registers.QUEUE_DESC_HIGH -> queue.descriptorGpa = high(queue.descriptorGpa, value);
      case Registers.QUEUE_DRIVER_LOW -> queue.driverGpa = low(queue.driverGpa, value);
      case Registers.QUEUE_DRIVER_HIGH -> queue.driverGpa = high(queue.driverGpa, value);
      case Registers.QUEUE_DEVICE_LOW -> queue.deviceGpa = low(queue.deviceGpa, value);
      case Registers.QUEUE_DEVICE_HIGH -> queue.deviceGpa = high(queue.deviceGpa, value);
      default -> throw new IllegalArgumentException("no queue register " + register);
    }
    return true;
  }

  /**
   * The checked copy of all queues, in order; null for one the driver left unused.
   *
   * @throws QueueException if a ready queue is not one the device could use
   */
  List<@Nullable QueueLayout> layouts(GuestMemory memory) {
    List<@Nullable QueueLayout> layouts = new ArrayList<>();
    for (QueueRegisters queue : queues) {
      if (!queue.ready) {
        layouts.add(null);
        continue;
      }
      QueueLayout layout =
          new QueueLayout(queue.size, queue.descriptorGpa, queue.driverGpa, queue.deviceGpa);
      layout.validate(memory, queue.sizeMax);
      for (QueueLayout other : layouts) {
        if (other != null && layout.overlaps(other)) {
          throw new QueueException("two queues overlap: " + layout + " and " + other);
        }
      }
      layouts.add(layout);
    }
    return layouts;
  }

  /**
   * The registers as a record.
   *
   * @param opened the queues of a device in use; none of one that is not
   */
  TransportState save(
      int deviceType,
      int status,
      int interruptStatus,
      int configGeneration,
      List<Virtqueue> opened) {
    List<QueueState> saved = new ArrayList<>();
    for (int i = 0; i < queues.size(); i++) {
      saved.add(queues.get(i).save(opened.isEmpty() ? Virtqueue.unused() : opened.get(i)));
    }
    return new TransportState(
        deviceType,
        status,
        accepted,
        acceptedUnknown,
        Integer.toUnsignedLong(deviceFeaturesSel),
        Integer.toUnsignedLong(driverFeaturesSel),
        Integer.toUnsignedLong(queueSel),
        interruptStatus,
        Integer.toUnsignedLong(configGeneration),
        saved);
  }

  /**
   * Takes the registers of {@code state} over.
   *
   * @throws QueueException if no driver could have brought them there
   */
  void restore(TransportState state) {
    if (state.queues().size() != queues.size()) {
      throw new QueueException(
          "%d queues where the device has %d".formatted(state.queues().size(), queues.size()));
    }
    deviceFeaturesSel = (int) state.deviceFeaturesSel();
    driverFeaturesSel = (int) state.driverFeaturesSel();
    queueSel = (int) state.queueSel();
    accepted = state.featuresAccepted();
    acceptedUnknown = state.unknownFeaturesAccepted();
    for (int i = 0; i < queues.size(); i++) {
      queues.get(i).restore(state.queues().get(i));
    }
    if ((state.status() & DeviceStatus.FEATURES_OK) != 0 && !featuresAcceptable()) {
      throw new QueueException(
          "features 0x%x are settled where 0x%x are offered".formatted(accepted, offered));
    }
  }

  private @Nullable QueueRegisters selected() {
    return Integer.compareUnsigned(queueSel, queues.size()) < 0 ? queues.get(queueSel) : null;
  }

  private static long low(long gpa, int value) {
    return (gpa & ~0xffff_ffffL) | Integer.toUnsignedLong(value);
  }

  private static long high(long gpa, int value) {
    return (gpa & 0xffff_ffffL) | ((long) value << 32);
  }
}

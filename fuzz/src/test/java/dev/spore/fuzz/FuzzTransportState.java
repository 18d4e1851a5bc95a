package dev.spore.fuzz;

import dev.spore.format.device.BlkState;
import dev.spore.format.device.ConsoleState;
import dev.spore.format.device.DeviceState;
import dev.spore.format.device.QueueState;
import dev.spore.format.device.RngState;
import dev.spore.format.device.TransportState;
import dev.spore.format.device.VirtioState;
import dev.spore.format.device.VsockState;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.Interrupt;
import dev.spore.virtio.QueueDoorbell;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.blk.BlkDevice;
import dev.spore.virtio.console.ConsoleDevice;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.mmio.MmioTransport;
import dev.spore.virtio.queue.Virtqueue;
import dev.spore.virtio.rng.RngDevice;
import dev.spore.virtio.vsock.VsockDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A saved device out of fuzz input, and a device to restore it into. Everything is in the ranges of
 * the records; small inputs stand for what an honest machine would have saved, so that a good part
 * of the inputs gets past the checks.
 *
 * <p>A byte each: device, status, kind of features and flags, interrupt status, number of queues;
 * then 4 bytes each: three selectors, generation; then each queue: flags (ready, wild), size, three
 * addresses and two positions of two bytes each, wild ones with 4 bytes more each.
 */
record FuzzTransportState(int kind, int flags, TransportState transport, DeviceState device) {
  private static final int AS_MEMORY_SAYS = 0x20;
  private static final long MODERN =
      1L << MmioTransport.F_VERSION_1
          | 1L << Virtqueue.F_EVENT_IDX
          | 1L << Virtqueue.F_INDIRECT_DESC;
  private static final int[] TYPES = {3, 4, 19, 2};
  private static final int[] QUEUES = {2, 1, 3, 1};

  static FuzzTransportState read(FuzzInput input) {
    int kind = input.u8() & 3;
    int status = input.u8();
    int flags = input.u8();
    int interrupts = input.u8() & 3;
    int count = input.u8() & 7;
    long features =
        switch (flags & 3) {
          case 0 -> 1L << MmioTransport.F_VERSION_1;
          case 1 -> MODERN;
          case 2 -> MODERN | 1;
          default -> (long) input.s32() << 32 | Integer.toUnsignedLong(input.s32());
        };
    long deviceFeaturesSel = Integer.toUnsignedLong(input.s32());
    long driverFeaturesSel = Integer.toUnsignedLong(input.s32());
    long queueSel = Integer.toUnsignedLong(input.s32());
    long generation = Integer.toUnsignedLong(input.s32());
    List<QueueState> queues = new ArrayList<>();
    for (int i = count == 0 ? QUEUES[kind] : count; i > 0; i--) {
      queues.add(queue(input));
    }
    TransportState transport =
        new TransportState(
            TYPES[kind],
            status,
            features,
            (flags & 0x10) != 0,
            deviceFeaturesSel,
            driverFeaturesSel,
            queueSel,
            interrupts,
            generation,
            queues);
    return new FuzzTransportState(kind, flags, transport, device(kind, (flags & 0x40) != 0));
  }

  private static QueueState queue(FuzzInput input) {
    int flags = input.u8();
    boolean wild = (flags & 2) != 0;
    return new QueueState(
        number(input, wild) & 0xffff_ffffL,
        (flags & 1) != 0,
        number(input, wild),
        number(input, wild),
        number(input, wild),
        input.u16(),
        input.u16());
  }

  private static long number(FuzzInput input, boolean wild) {
    long low = input.u16();
    return wild ? (long) input.s32() << 16 | low : low;
  }

  /** What the device of {@link #transport} has, or something else of its type. */
  private static DeviceState device(int kind, boolean other) {
    return switch (kind) {
      case 0 -> other ? new ConsoleState(1, 65_535) : new ConsoleState(80, 24);
      case 1 -> new RngState();
      case 2 -> new VsockState(3);
      default -> new BlkState("fuzz", other ? 512 : FuzzDisk.BYTES, 512, false);
    };
  }

  /** The state; its positions are those {@code memory} shows if the input asks for that. */
  VirtioState state(GuestMemory memory) {
    if ((flags & AS_MEMORY_SAYS) == 0) {
      return new VirtioState(transport, device);
    }
    List<QueueState> queues = new ArrayList<>();
    for (QueueState queue : transport.queues()) {
      boolean there = queue.ready() && memory.contains(queue.deviceGpa() + 2, 2);
      int used = there ? memory.u16(queue.deviceGpa() + 2) : 0;
      queues.add(
          new QueueState(
              queue.size(),
              queue.ready(),
              queue.descriptorGpa(),
              queue.driverGpa(),
              queue.deviceGpa(),
              used,
              used));
    }
    TransportState honest =
        new TransportState(
            transport.deviceType(),
            transport.status(),
            transport.featuresAccepted(),
            transport.unknownFeaturesAccepted(),
            transport.deviceFeaturesSel(),
            transport.driverFeaturesSel(),
            transport.queueSel(),
            transport.interruptStatus(),
            transport.configGeneration(),
            queues);
    return new VirtioState(honest, device);
  }

  /** A new device of the state's type behind a transport of its own. */
  MmioTransport transport(GuestMemory memory, Interrupt line) {
    Doorbell doorbell = new QueueDoorbell();
    VirtioDevice made =
        switch (kind) {
          case 0 -> new ConsoleDevice((bytes, offset, length) -> {}, doorbell);
          case 1 -> new RngDevice(new SplittableRandom(1));
          case 2 -> new VsockDevice(3, doorbell);
          default -> new BlkDevice(new FuzzDisk(false, false), "fuzz");
        };
    return new MmioTransport(made, memory, line, doorbell);
  }
}

package dev.spore.vmm;

import dev.spore.kvm.VmFd;
import dev.spore.virtio.Doorbell;
import dev.spore.virtio.VirtioDevice;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.mmio.DeviceLoop;
import dev.spore.virtio.mmio.MmioTransport;
import dev.spore.vmm.board.MmioBus;
import dev.spore.vmm.boot.BootLayout;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * One virtio device on the board: its window, ioeventfd, irqfd and thread.
 *
 * @param device the device behind {@code transport}
 */
record VirtioSlot<D extends VirtioDevice>(int number, D device, MmioTransport transport) {
  private static final int NOTIFY_BYTES = 4;

  /**
   * Builds a device on the next free slot of {@code bus}.
   *
   * @param factory makes the device, given the doorbell it rings for host events
   */
  static <D extends VirtioDevice> VirtioSlot<D> attach(
      MmioBus bus, VmFd vm, GuestMemory memory, Closeables owner, Function<Doorbell, D> factory) {
    int slot = bus.nextSlot();
    KvmInterrupt interrupt = owner.add(new KvmInterrupt(vm, BootLayout.VIRTIO_GSI + slot));
    KvmDoorbell doorbell = new KvmDoorbell();
    owner.add(doorbell::close);
    D device = factory.apply(doorbell);
    MmioTransport transport = new MmioTransport(device, memory, interrupt, doorbell);
    bus.attach(transport);
    long notify = MmioBus.windowAddress(slot) + MmioTransport.QUEUE_NOTIFY_OFFSET;
    vm.ioeventfd(notify, NOTIFY_BYTES, OptionalLong.empty(), false, doorbell.event(), true);
    return new VirtioSlot<>(slot, device, transport);
  }

  /** Starts the device thread; {@code owner} ends it. */
  void start(Closeables owner) {
    owner.add(DeviceLoop.start(transport, device.name() + "-" + number));
  }
}

/** Virtio 1.2 over MMIO: queue, transport, devices. No KVM, no files of its own. */
module dev.spore.virtio {
  requires transitive dev.spore.format;
  requires static transitive org.jspecify;

  exports dev.spore.virtio;
  exports dev.spore.virtio.blk;
  exports dev.spore.virtio.console;
  exports dev.spore.virtio.memory;
  exports dev.spore.virtio.mmio;
  exports dev.spore.virtio.queue;
  exports dev.spore.virtio.rng;
  exports dev.spore.virtio.vsock;
}

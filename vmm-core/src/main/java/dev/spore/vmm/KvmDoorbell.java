package dev.spore.vmm;

import dev.spore.kvm.EventFd;
import dev.spore.virtio.Doorbell;

/** A doorbell the guest rings through an ioeventfd, without leaving KVM_RUN. */
final class KvmDoorbell implements Doorbell {
  private final EventFd event = EventFd.create();

  /** The event behind it. */
  EventFd event() {
    return event;
  }

  @Override
  public void ring() {
    event.signal();
  }

  @Override
  public boolean await() {
    return event.read() != 0;
  }

  @Override
  public void close() {
    event.close();
  }
}

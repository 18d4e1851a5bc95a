package dev.spore.vmm;

import dev.spore.kvm.EventFd;
import dev.spore.kvm.VmFd;
import dev.spore.virtio.Interrupt;

/**
 * An interrupt line through an irqfd.
 *
 * <p>The board's MP table calls these lines edge-triggered: an irqfd pulses its line, and a pulse
 * on a level-triggered pin is lost while the guest is still serving the last one. On an edge pin it
 * waits in the local APIC. So raising is a pulse each time, and lowering has nothing to do.
 */
final class KvmInterrupt implements Interrupt, AutoCloseable {
  private final EventFd event = EventFd.create();

  KvmInterrupt(VmFd vm, int gsi) {
    boolean wired = false;
    try {
      vm.irqfd(event, gsi, true);
      wired = true;
    } finally {
      if (!wired) {
        event.close();
      }
    }
  }

  @Override
  public void raise() {
    event.signal();
  }

  @Override
  public void lower() {
    // The pulse is over already.
  }

  @Override
  public void close() {
    event.close();
  }
}

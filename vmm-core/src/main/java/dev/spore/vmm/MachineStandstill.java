package dev.spore.vmm;

import dev.spore.virtio.mmio.DeviceBusyException;

/**
 * A machine of which nothing moves: vCPUs parked between two instructions, devices at rest. Closing
 * lets it go on. One thread.
 */
final class MachineStandstill implements AutoCloseable {
  private final MachineParts parts;

  private MachineStandstill(MachineParts parts) {
    this.parts = parts;
  }

  /**
   * Brings the machine to rest.
   *
   * @throws SporeException runtime.execution_failed if it cannot be; it goes on then
   */
  static MachineStandstill of(MachineParts parts) throws InterruptedException {
    MachineStandstill standstill = new MachineStandstill(parts);
    boolean reached = false;
    try {
      // First the vCPUs: what they ask of a device before they stop is served before it rests.
      parts.vcpus.pause(VmmLimits.STANDSTILL_WAIT);
      for (VirtioSlot<?> slot : parts.slots()) {
        slot.transport().quiesce(VmmLimits.STANDSTILL_WAIT);
      }
      reached = true;
      return standstill;
    } catch (DeviceBusyException e) {
      throw new SporeException(
          ErrorCode.RUNTIME_EXECUTION_FAILED, e.getMessage() + "; the machine was not saved", e);
    } finally {
      if (!reached) {
        standstill.close();
      }
    }
  }

  /** Lets devices and vCPUs go on. Idempotent. */
  @Override
  public void close() {
    parts.slots().forEach(slot -> slot.transport().resume());
    parts.vcpus.resume();
  }
}

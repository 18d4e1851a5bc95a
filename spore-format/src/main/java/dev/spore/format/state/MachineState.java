package dev.spore.format.state;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import java.util.List;

/**
 * Everything a machine is besides its RAM and disks, at one instant.
 *
 * @param vcpus in order of their index, from 0, none missing
 * @param devices the virtio devices, in rising order of their slot
 */
public record MachineState(VmState vm, List<VcpuState> vcpus, List<DeviceSlot> devices) {
  public MachineState {
    vcpus = Check.list("vcpus", vcpus, 1, FormatLimits.VCPUS_MAX);
    for (int i = 0; i < vcpus.size(); i++) {
      if (vcpus.get(i).index() != i) {
        throw Check.refusal("vcpus[%d] has another index".formatted(i));
      }
    }
    devices = Check.list("devices", devices, 0, FormatLimits.DEVICES_MAX);
    for (int i = 1; i < devices.size(); i++) {
      Check.that(
          devices.get(i - 1).slot() < devices.get(i).slot(),
          "devices are not in rising order of their slot");
    }
  }
}

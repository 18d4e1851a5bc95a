package dev.spore.format.state;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import java.util.List;

/**
 * Everything a machine is besides its RAM and disks, at one instant.
 *
 * @param vcpus in order of their index, from 0, none missing
 */
public record MachineState(VmState vm, List<VcpuState> vcpus) {
  public MachineState {
    vcpus = Check.list("vcpus", vcpus, 1, FormatLimits.VCPUS_MAX);
    for (int i = 0; i < vcpus.size(); i++) {
      Check.that(vcpus.get(i).index() == i, "vcpus[%d] has another index".formatted(i));
    }
  }
}

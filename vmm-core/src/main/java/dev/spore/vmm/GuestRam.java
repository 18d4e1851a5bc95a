package dev.spore.vmm;

import dev.spore.kvm.KvmException;
import dev.spore.kvm.Mapping;
import dev.spore.kvm.VmFd;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.boot.RamLayout;
import java.util.ArrayList;
import java.util.List;

/** Guest RAM: one host mapping and one KVM slot for each region of the layout. */
final class GuestRam {
  private final List<Mapping> mappings = new ArrayList<>();
  private final RamLayout layout;
  private final GuestMemory memory;

  /** Maps {@code sizeBytes} of zero pages; {@code owner} unmaps them. */
  GuestRam(long sizeBytes, Closeables owner) {
    layout = RamLayout.of(sizeBytes);
    List<GuestMemory.Region> regions = new ArrayList<>();
    for (RamLayout.Region region : layout.regions()) {
      Mapping mapping = owner.add(map(region.sizeBytes()));
      mapping.adviseHugePages();
      mappings.add(mapping);
      regions.add(new GuestMemory.Region(region.gpa(), mapping.segment()));
    }
    memory = GuestMemory.of(regions);
  }

  private static Mapping map(long sizeBytes) {
    try {
      return Mapping.anonymous(sizeBytes);
    } catch (KvmException e) {
      throw new SporeException(
          ErrorCode.HOST_UNAVAILABLE,
          "%d MiB of guest memory cannot be mapped (%s); ask for less with --memory"
              .formatted(sizeBytes >> 20, e.getMessage()),
          e);
    }
  }

  GuestMemory memory() {
    return memory;
  }

  /** Gives the RAM to a VM, slot 0 upwards. */
  void plugInto(VmFd vm) {
    for (int slot = 0; slot < mappings.size(); slot++) {
      RamLayout.Region region = layout.regions().get(slot);
      vm.setUserMemoryRegion(slot, 0, region.gpa(), mappings.get(slot), 0, region.sizeBytes());
    }
  }
}

package dev.spore.vmm;

import dev.spore.kvm.KvmConst;
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
    plug(vm, 0);
  }

  /** Has KVM log the pages the guest writes, or not. */
  void logDirty(VmFd vm, boolean wanted) {
    plug(vm, wanted ? KvmConst.MEM_LOG_DIRTY_PAGES : 0);
  }

  private void plug(VmFd vm, int flags) {
    for (int slot = 0; slot < mappings.size(); slot++) {
      RamLayout.Region region = layout.regions().get(slot);
      vm.setUserMemoryRegion(slot, flags, region.gpa(), mappings.get(slot), 0, region.sizeBytes());
    }
  }
}

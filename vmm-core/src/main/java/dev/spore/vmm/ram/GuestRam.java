package dev.spore.vmm.ram;

import dev.spore.kvm.KvmConst;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.Mapping;
import dev.spore.kvm.VmFd;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.memory.Residency;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.boot.RamLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Guest RAM: one host mapping and one KVM slot for each region of the layout. */
public final class GuestRam implements AutoCloseable {
  private final RamLayout layout;
  private final List<Mapping> mappings;
  private final GuestMemory memory;

  private GuestRam(RamLayout layout, List<Mapping> mappings, @Nullable Residency residency) {
    this.layout = layout;
    this.mappings = mappings;
    List<GuestMemory.Region> regions = new ArrayList<>();
    for (int i = 0; i < mappings.size(); i++) {
      regions.add(new GuestMemory.Region(layout.regions().get(i).gpa(), mappings.get(i).segment()));
    }
    memory = residency == null ? GuestMemory.of(regions) : GuestMemory.of(regions, residency);
  }

  /**
   * RAM of {@code sizeBytes} zeroes, in pages of 2 MiB where the host has them.
   *
   * @throws SporeException usage.invalid_argument for a size no guest can have, host.unavailable
   *     when the host refuses the memory
   */
  public static GuestRam zero(long sizeBytes) {
    return zero(RamLayout.of(sizeBytes));
  }

  static GuestRam zero(RamLayout layout) {
    List<Mapping> mappings = anonymous(layout);
    mappings.forEach(Mapping::adviseHugePages);
    return new GuestRam(layout, mappings, null);
  }

  /**
   * RAM made of what is mapped already.
   *
   * @param mappings as long as the regions of {@code layout}; closed with this
   * @param residency asked before Java code touches them; null if all of it is there
   */
  static GuestRam of(RamLayout layout, List<Mapping> mappings, @Nullable Residency residency) {
    return new GuestRam(layout, List.copyOf(mappings), residency);
  }

  /** One anonymous mapping for each region. */
  static List<Mapping> anonymous(RamLayout layout) {
    List<Mapping> mappings = new ArrayList<>();
    for (RamLayout.Region region : layout.regions()) {
      try {
        mappings.add(Mapping.anonymous(region.sizeBytes()));
      } catch (KvmException e) {
        mappings.forEach(Mapping::close);
        throw new SporeException(
            ErrorCode.HOST_UNAVAILABLE,
            "%d MiB of guest memory cannot be mapped (%s); ask for less with --memory"
                .formatted(region.sizeBytes() >> 20, e.getMessage()),
            e);
      }
    }
    return List.copyOf(mappings);
  }

  /** The RAM as devices see it. */
  public GuestMemory memory() {
    return memory;
  }

  /** Gives the RAM to a VM, slot 0 upwards. */
  public void plugInto(VmFd vm) {
    plug(vm, 0);
  }

  /** Has KVM log the pages the guest writes, or not; after {@link #plugInto}. */
  public void logDirty(VmFd vm, boolean wanted) {
    plug(vm, wanted ? KvmConst.MEM_LOG_DIRTY_PAGES : 0);
  }

  private void plug(VmFd vm, int flags) {
    for (int slot = 0; slot < mappings.size(); slot++) {
      RamLayout.Region region = layout.regions().get(slot);
      vm.setUserMemoryRegion(slot, flags, region.gpa(), mappings.get(slot), 0, region.sizeBytes());
    }
  }

  /** Ends access to the RAM; it is unmapped when no VM has it any more. Idempotent. */
  @Override
  public void close() {
    mappings.forEach(Mapping::close);
  }
}

package dev.spore.vmm.ram;

import dev.spore.kvm.HostFile;
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
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Guest RAM: one host mapping and one KVM slot for each region of the layout. */
public final class GuestRam implements AutoCloseable {
  private final RamLayout layout;
  private final List<Mapping> mappings;
  private final GuestMemory memory;

  /** Ends what fills the mappings. */
  private final Runnable end;

  private GuestRam(
      RamLayout layout, List<Mapping> mappings, @Nullable Residency residency, Runnable end) {
    this.end = end;
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
    return new GuestRam(layout, mappings, null, () -> {});
  }

  /** RAM that {@code filler} fills as it is touched. */
  static GuestRam filledBy(LazyRam filler, RamLayout layout, List<Mapping> mappings) {
    return new GuestRam(layout, mappings, filler, filler::close);
  }

  /** RAM that begins as {@code file}, region after region, and never writes to it. */
  static GuestRam mapped(RamLayout layout, HostFile file) {
    RamChunks chunks = new RamChunks(layout);
    List<Mapping> mappings = new ArrayList<>();
    try {
      for (int i = 0; i < layout.regions().size(); i++) {
        long size = layout.regions().get(i).sizeBytes();
        mappings.add(Mapping.privateWritable(file, chunks.regionStart(i), size));
      }
    } catch (KvmException e) {
      mappings.forEach(Mapping::close);
      throw refused(chunks.sizeBytes(), e);
    }
    return new GuestRam(layout, List.copyOf(mappings), null, () -> {});
  }

  private static SporeException refused(long sizeBytes, KvmException e) {
    return new SporeException(
        ErrorCode.HOST_UNAVAILABLE,
        "%d MiB of guest memory cannot be mapped (%s); ask for less with --memory"
            .formatted(sizeBytes >> 20, e.getMessage()),
        e);
  }

  /** One anonymous mapping for each region. */
  static List<Mapping> anonymous(RamLayout layout) {
    List<Mapping> mappings = new ArrayList<>();
    for (RamLayout.Region region : layout.regions()) {
      try {
        mappings.add(Mapping.anonymous(region.sizeBytes()));
      } catch (KvmException e) {
        mappings.forEach(Mapping::close);
        throw refused(region.sizeBytes(), e);
      }
    }
    return List.copyOf(mappings);
  }

  /** The RAM as devices see it. */
  public GuestMemory memory() {
    return memory;
  }

  /** What became of its pages; says most of RAM that is {@link #mapped}. */
  ChunkUse use() {
    return ChunkUse.of(new RamChunks(layout), mappings);
  }

  long sizeBytes() {
    return new RamChunks(layout).sizeBytes();
  }

  BitSet allChunks() {
    BitSet all = new BitSet();
    all.set(0, new RamChunks(layout).count());
    return all;
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

  /**
   * Ends access to the RAM; it is unmapped when no VM has it any more. No vCPU may run on it any
   * more. Idempotent.
   */
  @Override
  public void close() {
    end.run();
    mappings.forEach(Mapping::close);
  }
}

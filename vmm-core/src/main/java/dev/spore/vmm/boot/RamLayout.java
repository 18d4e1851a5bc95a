package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import java.util.List;

/**
 * Where a guest's RAM lies: from GPA 0 up to at most 3 GiB, and what is left from 4 GiB up, around
 * the hole that holds device windows and APICs.
 *
 * @param regions one or two, in rising address order without overlap
 */
public record RamLayout(List<Region> regions) {

  /**
   * One contiguous piece of RAM.
   *
   * @param gpa guest physical address of its first byte
   * @param sizeBytes at least one page
   */
  public record Region(long gpa, long sizeBytes) {
    /** First address after the region. */
    public long end() {
      return gpa + sizeBytes;
    }
  }

  public RamLayout {
    regions = List.copyOf(regions);
  }

  /**
   * Lays out {@code memoryBytes} of RAM.
   *
   * @param memoryBytes a multiple of 2 MiB from {@link BootLimits#MEMORY_BYTES_MIN} to {@link
   *     BootLimits#MEMORY_BYTES_MAX}
   * @throws dev.spore.vmm.SporeException usage.invalid_argument when it is not
   */
  public static RamLayout of(long memoryBytes) {
    if (memoryBytes < BootLimits.MEMORY_BYTES_MIN || memoryBytes > BootLimits.MEMORY_BYTES_MAX) {
      throw BootError.argument(
          "memory of %d bytes".formatted(memoryBytes),
          "is outside what a guest can have",
          "choose from %d MiB to %d MiB"
              .formatted(BootLimits.MEMORY_BYTES_MIN >> 20, BootLimits.MEMORY_BYTES_MAX >> 20));
    }
    if (memoryBytes % BootLimits.MEMORY_BYTES_STEP != 0) {
      long next = BootLayout.alignUp(memoryBytes, BootLimits.MEMORY_BYTES_STEP);
      throw BootError.argument(
          "memory of %d bytes".formatted(memoryBytes),
          "is not a multiple of 2 MiB",
          "choose for example %d MiB".formatted(next >> 20));
    }
    if (memoryBytes <= BootLayout.HOLE_START) {
      return new RamLayout(List.of(new Region(0, memoryBytes)));
    }
    return new RamLayout(
        List.of(
            new Region(0, BootLayout.HOLE_START),
            new Region(BootLayout.HOLE_END, memoryBytes - BootLayout.HOLE_START)));
  }

  /** The layout of RAM that exists. */
  static RamLayout of(GuestMemory memory) {
    return new RamLayout(
        memory.regions().stream().map(r -> new Region(r.gpa(), r.bytes().byteSize())).toList());
  }

  /** End of the RAM that starts at GPA 0, where kernel and initrd must fit. */
  long lowEnd() {
    return regions.getFirst().end();
  }
}

package dev.spore.format.manifest;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import java.util.List;

/**
 * The board the machine was built on; its name and version stand for every address, port and
 * interrupt line that is not written here.
 *
 * @param name for example {@code spore-x86}
 * @param version at least 1
 * @param memory RAM in rising order without overlap; the memory index covers the regions one after
 *     the other
 * @param vcpus at least 1
 * @param slots virtio windows, used or not
 */
public record Board(String name, int version, List<MemoryRegion> memory, int vcpus, int slots) {
  public Board {
    Check.name("board name", name, FormatLimits.NAME_CHARS_MAX);
    Check.range("board version", version, 1, Integer.MAX_VALUE);
    memory = Check.list("memory regions", memory, 1, FormatLimits.MEMORY_REGIONS_MAX);
    for (int i = 1; i < memory.size(); i++) {
      Check.that(
          memory.get(i - 1).end() <= memory.get(i).gpa(),
          "memory regions overlap or are not in rising order");
    }
    Check.range("vcpus", vcpus, 1, FormatLimits.VCPUS_MAX);
    Check.range("slots", slots, 0, FormatLimits.DEVICES_MAX);
    Check.range("memory", total(memory), 1, FormatLimits.MEMORY_BYTES_MAX);
  }

  /** RAM in all regions. */
  public long memoryBytes() {
    return total(memory);
  }

  private static long total(List<MemoryRegion> memory) {
    long total = 0;
    for (MemoryRegion region : memory) {
      total += region.sizeBytes();
    }
    return total;
  }
}

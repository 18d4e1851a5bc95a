package dev.spore.vmm.boot;

import java.util.ArrayList;
import java.util.List;

/** The memory map a PC's BIOS would report (Linux {@code struct boot_e820_entry}). */
final class E820 {
  /** Kinds of memory this board has, with their number in the map. */
  enum Type {
    RAM(1),
    RESERVED(2);

    private final int code;

    Type(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /** {@code [gpa, gpa + sizeBytes)} is of {@code type}. */
  record Entry(long gpa, long sizeBytes, Type type) {
    long end() {
      return gpa + sizeBytes;
    }
  }

  private E820() {}

  /** The map of a board with {@code ram}: sorted, without overlaps. */
  static List<Entry> map(RamLayout ram) {
    List<Entry> entries = new ArrayList<>();
    entries.add(range(BootLayout.MP_FLOATING_POINTER, BootLayout.MP_END, Type.RESERVED));
    entries.add(range(BootLayout.MP_END, BootLayout.EBDA, Type.RAM));
    entries.add(range(BootLayout.EBDA, BootLayout.HIGH_RAM, Type.RESERVED));
    entries.add(range(BootLayout.HIGH_RAM, ram.lowEnd(), Type.RAM));
    for (RamLayout.Region region : ram.regions().subList(1, ram.regions().size())) {
      entries.add(range(region.gpa(), region.end(), Type.RAM));
    }
    return List.copyOf(entries);
  }

  private static Entry range(long start, long end, Type type) {
    return new Entry(start, end - start, type);
  }
}

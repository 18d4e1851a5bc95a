package dev.spore.vmm.assist;

import dev.spore.virtio.memory.GuestMemory;
import dev.spore.virtio.memory.GuestMemoryException;

/**
 * Walks the guest's page tables as the processor would for a supervisor access (SDM volume 3 §4.5,
 * 4- and 5-level paging, 4 KiB, 2 MiB and 1 GiB pages).
 *
 * <p>KVM_TRANSLATE does not tell whether a page is writable, and an assist that writes through a
 * read-only entry would break copy-on-write in the guest.
 */
final class GuestPaging {
  private static final long PRESENT = 1;
  private static final long WRITABLE = 1 << 1;
  private static final long PAGE_SIZE = 1 << 7;
  private static final long ADDRESS = 0x000f_ffff_ffff_f000L;
  private static final long CR0_WRITE_PROTECT = 1 << 16;
  private static final long CR4_LA57 = 1 << 12;

  /** #PF error code bits (SDM volume 3 §4.7). */
  private static final int FAULT_PROTECTION = 1;

  private static final int FAULT_WRITE = 1 << 1;

  private final GuestMemory memory;

  GuestPaging(GuestMemory memory) {
    this.memory = memory;
  }

  /** The access faults; the guest must see #PF with this address and error code. */
  static final class PageFault extends Exception {
    private static final long serialVersionUID = 1L;
    private final long linearAddress;
    private final int errorCode;

    PageFault(long linearAddress, int errorCode) {
      super("#PF at 0x%x, error code %d".formatted(linearAddress, errorCode), null, false, false);
      this.linearAddress = linearAddress;
      this.errorCode = errorCode;
    }

    long linearAddress() {
      return linearAddress;
    }

    int errorCode() {
      return errorCode;
    }
  }

  /** Copies {@code length} bytes from linear address {@code linear}. */
  void read(CpuState cpu, long linear, byte[] target, int length) throws PageFault {
    for (int done = 0; done < length; ) {
      int part = partOfPage(linear + done, length - done);
      memory.read(translate(cpu, linear + done, false), target, done, part);
      done += part;
    }
  }

  /**
   * Checks that all of the range may be written, so that a following write cannot fault halfway.
   */
  void probeWrite(CpuState cpu, long linear, int length) throws PageFault {
    for (int done = 0; done < length; done += partOfPage(linear + done, length - done)) {
      translate(cpu, linear + done, true);
    }
  }

  /** Copies {@code source[offset, offset + length)} to linear address {@code linear}. */
  void write(CpuState cpu, long linear, byte[] source, int offset, int length) throws PageFault {
    for (int done = 0; done < length; ) {
      int part = partOfPage(linear + done, length - done);
      memory.write(translate(cpu, linear + done, true), source, offset + done, part);
      done += part;
    }
  }

  private static int partOfPage(long linear, int length) {
    int left = GuestMemory.PAGE_BYTES - (int) (linear & (GuestMemory.PAGE_BYTES - 1));
    return Math.min(left, length);
  }

  /**
   * Guest physical address behind {@code linear}.
   *
   * @throws PageFault as the processor would raise it
   * @throws GuestMemoryException when a table or the page itself lies outside RAM
   */
  long translate(CpuState cpu, long linear, boolean write) throws PageFault {
    boolean writeProtect = (cpu.cr0() & CR0_WRITE_PROTECT) != 0;
    int level = (cpu.cr4() & CR4_LA57) != 0 ? 5 : 4;
    long table = cpu.cr3() & ADDRESS;
    boolean writable = true;
    while (true) {
      int shift = 12 + 9 * (level - 1);
      long entry = memory.u64(table + 8 * (linear >>> shift & 0x1ff));
      if ((entry & PRESENT) == 0) {
        throw new PageFault(linear, write ? FAULT_WRITE : 0);
      }
      writable &= (entry & WRITABLE) != 0;
      boolean leaf = level == 1 || (level <= 3 && (entry & PAGE_SIZE) != 0);
      if (leaf) {
        if (write && !writable && writeProtect) {
          throw new PageFault(linear, FAULT_WRITE | FAULT_PROTECTION);
        }
        long offsetMask = (1L << shift) - 1;
        return (entry & ADDRESS & ~offsetMask) | (linear & offsetMask);
      }
      table = entry & ADDRESS;
      level--;
    }
  }
}

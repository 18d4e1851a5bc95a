package dev.spore.micro;

import dev.spore.kvm.DescriptorTable;
import dev.spore.kvm.Segment;
import dev.spore.kvm.Sregs;
import dev.spore.micro.Region.Access;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * What the processor itself needs below the first region: page tables, descriptor tables, and a
 * stub of ring 0 for each exception that tells the host which one it was (Intel SDM volume 3 §4.5,
 * §6.14, §8.7). Ring 3 can neither read nor write any of it.
 */
final class SystemPages {
  /** A port for each exception vector, from this on; ring 3 may use none. */
  static final int FAULT_PORT = 0x40;

  static final int VECTORS = 32;

  /** Where an exception finds its stack: the end of a page. */
  static final long STACK_TOP = 0x9000;

  private static final long PML4 = 0x1000;
  private static final long PDPT = 0x2000;
  private static final long PD = 0x3000;
  private static final long GDT = 0x4000;
  private static final long IDT = 0x5000;
  private static final long TSS = 0x6000;
  private static final long STUBS = 0x7000;
  private static final long STACK = 0x8000;
  private static final long TABLES = 0x10000;
  private static final int STUB_BYTES = 8;
  private static final int ENTRIES = 512;

  private static final int KERNEL_CODE = 0x08;
  private static final int USER_DATA = 0x1b;
  private static final int USER_CODE = 0x23;
  private static final int TASK = 0x28;
  private static final int GDT_BYTES = 0x38;
  private static final int TSS_BYTES = 0x68;

  // Page table bits. Accessed and dirty are set from the start: then the processor writes none.
  private static final long PRESENT = 1;
  private static final long WRITABLE = 2;
  private static final long USER = 4;
  private static final long USED = 0x60;
  private static final long LARGE = 0x80;
  private static final long NO_EXECUTE = 1L << 63;
  private static final long TABLE = PRESENT | WRITABLE | USER | 0x20;

  private static final long CR0 = 0x8005_0033L; // PG AM WP NE ET MP PE
  private static final long CR4 = 0x620; // PAE OSFXSR OSXMMEXCPT
  private static final long EFER = 0xd00; // LME LMA NXE, no SYSCALL

  private final MemorySegment memory;
  private int tables;

  private SystemPages(MemorySegment memory) {
    this.memory = memory;
  }

  /** Pieces of 2 MiB that cannot be one page each; the first always, the doorbell's not counted. */
  static int splitPieces(List<Region> regions) {
    int split = 0;
    long seen = 0;
    for (Region region : regions) {
      for (long piece : new long[] {floor(region.address()), floor(region.end() - 1)}) {
        boolean whole = piece >= region.address() && piece + MicroLimits.LARGE_PAGE <= region.end();
        if (!whole && piece > seen) {
          split++;
          seen = piece;
        }
      }
    }
    return split + 1;
  }

  private static long floor(long address) {
    return address / MicroLimits.LARGE_PAGE * MicroLimits.LARGE_PAGE;
  }

  static void write(MemorySegment memory, AddressSpace space) {
    SystemPages pages = new SystemPages(memory);
    pages.put(PML4, PDPT | TABLE);
    pages.put(PDPT, PD | TABLE);
    for (long page : new long[] {GDT, IDT, TSS}) {
      pages.map(page, page | PRESENT | USED | NO_EXECUTE);
    }
    pages.map(STUBS, STUBS | PRESENT | USED);
    pages.map(STACK, STACK | PRESENT | WRITABLE | USED | NO_EXECUTE);
    for (Region region : space.regions()) {
      pages.map(region);
    }
    // There is no memory behind this page: a store to it leaves the guest.
    long doorbell = MicroLimits.DOORBELL | PRESENT | WRITABLE | USER | USED | NO_EXECUTE;
    pages.map(MicroLimits.DOORBELL, doorbell);
    pages.descriptors();
    pages.stubs();
  }

  private void map(Region region) {
    long bits = PRESENT | USER | USED;
    bits |= region.access() == Access.READ_EXECUTE ? 0 : NO_EXECUTE;
    bits |= region.access() == Access.READ_WRITE ? WRITABLE : 0;
    for (long at = region.address(); at < region.end(); ) {
      if (at % MicroLimits.LARGE_PAGE == 0 && region.end() - at >= MicroLimits.LARGE_PAGE) {
        put(PD + at / MicroLimits.LARGE_PAGE * Long.BYTES, at | bits | LARGE);
        at += MicroLimits.LARGE_PAGE;
      } else {
        map(at, at | bits);
        at += MicroLimits.PAGE;
      }
    }
  }

  private void map(long address, long entry) {
    long directory = PD + address / MicroLimits.LARGE_PAGE * Long.BYTES;
    long table = get(directory) & -MicroLimits.PAGE;
    if (table == 0) {
      table = TABLES + (long) tables++ * MicroLimits.PAGE;
      put(directory, table | TABLE);
    }
    put(table + address / MicroLimits.PAGE % ENTRIES * Long.BYTES, entry);
  }

  private void descriptors() {
    put(GDT + KERNEL_CODE, 0x00af_9b00_0000_ffffL);
    put(GDT + 0x10, 0x00cf_9300_0000_ffffL);
    put(GDT + (USER_DATA & ~7), 0x00cf_f300_0000_ffffL);
    put(GDT + (USER_CODE & ~7), 0x00af_fb00_0000_ffffL);
    put(GDT + TASK, 0x0000_8b00_0000_0000L | TSS << 16 | (TSS_BYTES - 1));
    put(TSS + 4, STACK_TOP);
    // The map of allowed ports begins behind the end: there are none.
    memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, TSS + 102, (short) TSS_BYTES);
  }

  /** Interrupt gates that ring 3 cannot call, to stubs: OUT to the vector's port, then HLT. */
  private void stubs() {
    for (int vector = 0; vector < VECTORS; vector++) {
      long stub = STUBS + (long) vector * STUB_BYTES;
      put(stub, 0x00_00_00_fd_eb_f4_00_e6L | (long) (FAULT_PORT + vector) << 8);
      put(IDT + vector * 16L, 0x8e00_0000_0000L | (long) KERNEL_CODE << 16 | stub);
    }
  }

  /** The state of a processor in ring 3 of this address space. */
  static Sregs sregs(Sregs reset) {
    Segment data =
        new Segment(0, 0xffff_ffffL, USER_DATA, 3, true, 3, true, true, false, true, false, false);
    Segment code =
        new Segment(0, 0xffff_ffffL, USER_CODE, 11, true, 3, false, true, true, true, false, false);
    Segment task =
        new Segment(
            TSS, TSS_BYTES - 1, TASK, 11, true, 0, false, false, false, false, false, false);
    return reset.toBuilder()
        .cs(code)
        .ds(data)
        .es(data)
        .fs(data)
        .gs(data)
        .ss(data)
        .tr(task)
        .gdt(new DescriptorTable(GDT, GDT_BYTES - 1))
        .idt(new DescriptorTable(IDT, VECTORS * 16 - 1))
        .cr0(CR0)
        .cr2(0)
        .cr3(PML4)
        .cr4(CR4)
        .efer(EFER)
        .build();
  }

  private long get(long address) {
    return memory.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
  }

  private void put(long address, long value) {
    memory.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
  }
}

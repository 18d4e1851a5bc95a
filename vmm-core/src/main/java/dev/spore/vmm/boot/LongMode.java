package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Descriptor table and identity page tables the first instructions run on (Intel SDM 3A §3, §4).
 */
final class LongMode {
  private static final int CODE_SELECTOR = 0x10;
  private static final int DATA_SELECTOR = 0x18;

  /** Present, DPL 0, execute/read, accessed, L, 4 KiB granular. */
  private static final long CODE_DESCRIPTOR = 0x00af_9b00_0000_ffffL;

  /** Present, DPL 0, read/write, accessed, D/B, 4 KiB granular. */
  private static final long DATA_DESCRIPTOR = 0x00cf_9300_0000_ffffL;

  private static final long PRESENT_WRITABLE = 0x3;
  private static final long LARGE_PAGE = 0x80;
  private static final long LARGE_PAGE_BYTES = 2L << 20;
  private static final int TABLE_BYTES = 4096;
  private static final int TABLE_ENTRIES = 512;
  private static final long GIB = 1L << 30;

  private static final long CR0_PE_ET_PG = 0x8000_0011L;
  private static final long CR4_PAE = 0x20;
  private static final long EFER_LME_LMA = 0x500;
  private static final long RFLAGS_FIXED = 0x2;

  private LongMode() {}

  /**
   * Writes both tables and says with which registers to enter.
   *
   * @param entry first instruction
   * @param mappedEnd everything below is mapped, at least 1 GiB and at most {@link
   *     BootLayout#HOLE_START}
   */
  static EntryState write(GuestMemory memory, long entry, long mappedEnd) {
    memory.putU64(BootLayout.GDT + CODE_SELECTOR, CODE_DESCRIPTOR);
    memory.putU64(BootLayout.GDT + DATA_SELECTOR, DATA_DESCRIPTOR);
    writePageTables(memory, mappedEnd);
    return new EntryState(
        entry,
        BootLayout.ZERO_PAGE,
        BootLayout.STACK_TOP,
        RFLAGS_FIXED,
        CR0_PE_ET_PG,
        BootLayout.PAGE_TABLES,
        CR4_PAE,
        EFER_LME_LMA,
        BootLayout.GDT,
        DATA_SELECTOR + Long.BYTES - 1,
        CODE_SELECTOR,
        DATA_SELECTOR);
  }

  private static void writePageTables(GuestMemory memory, long mappedEnd) {
    long directoryPointers = BootLayout.PAGE_TABLES + TABLE_BYTES;
    long directories = directoryPointers + TABLE_BYTES;
    memory.putU64(BootLayout.PAGE_TABLES, directoryPointers | PRESENT_WRITABLE);
    byte[] table = new byte[TABLE_BYTES];
    ByteBuffer entries = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    long gibs = Math.max(1, BootLayout.alignUp(mappedEnd, GIB) / GIB);
    for (long gib = 0; gib < gibs; gib++) {
      long directory = directories + gib * TABLE_BYTES;
      memory.putU64(directoryPointers + gib * Long.BYTES, directory | PRESENT_WRITABLE);
      for (int i = 0; i < TABLE_ENTRIES; i++) {
        long page = gib * GIB + i * LARGE_PAGE_BYTES;
        entries.putLong(i * Long.BYTES, page | PRESENT_WRITABLE | LARGE_PAGE);
      }
      memory.write(directory, table, 0, TABLE_BYTES);
    }
  }
}

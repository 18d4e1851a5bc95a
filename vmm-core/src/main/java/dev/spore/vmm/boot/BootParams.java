package dev.spore.vmm.boot;

import dev.spore.virtio.memory.GuestMemory;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes Linux's zero page ({@code struct boot_params} of {@code <asm/bootparam.h>}), the command
 * line and the random seed it points to.
 */
final class BootParams {
  static final int E820_ENTRIES = 0x1e8;
  static final int BOOT_FLAG = 0x1fe;
  static final int HEADER = 0x202;
  static final int VERSION = 0x206;
  static final int TYPE_OF_LOADER = 0x210;
  static final int LOADFLAGS = 0x211;
  static final int RAMDISK_IMAGE = 0x218;
  static final int RAMDISK_SIZE = 0x21c;
  static final int CMD_LINE_PTR = 0x228;
  static final int INITRD_ADDR_MAX = 0x22c;
  static final int KERNEL_ALIGNMENT = 0x230;
  static final int CMDLINE_SIZE = 0x238;
  static final int SETUP_DATA = 0x250;
  static final int E820_TABLE = 0x2d0;
  static final int E820_ENTRY_BYTES = 20;
  static final int SETUP_DATA_TYPE = 8;
  static final int SETUP_DATA_LENGTH = 12;
  static final int SETUP_DATA_BYTES = 16;

  static final int BOOT_FLAG_VALUE = 0xaa55;

  /** "HdrS". */
  static final int HEADER_MAGIC = 0x5372_6448;

  /** Protocol 2.15; the kernel takes a version of 0 for a page nobody filled in. */
  static final int PROTOCOL = 0x20f;

  private static final int LOADER_UNDEFINED = 0xff;
  private static final int LOADED_HIGH = 0x01;
  private static final int SETUP_RNG_SEED = 9;
  private static final int KERNEL_ALIGNMENT_VALUE = 0x100_0000;
  private static final int PAGE_BYTES = 4096;

  private BootParams() {}

  /**
   * Writes the page.
   *
   * @param initrd where the initrd lies; a size of 0 means there is none
   */
  static void write(
      GuestMemory memory, CommandLine commandLine, RamLayout.Region initrd, byte[] rngSeed) {
    long page = BootLayout.ZERO_PAGE;
    memory.fill(page, PAGE_BYTES, (byte) 0);
    memory.putU16(page + BOOT_FLAG, BOOT_FLAG_VALUE);
    memory.putU32(page + HEADER, HEADER_MAGIC);
    memory.putU16(page + VERSION, PROTOCOL);
    memory.putU8(page + TYPE_OF_LOADER, LOADER_UNDEFINED);
    memory.putU8(page + LOADFLAGS, LOADED_HIGH);
    memory.putU32(page + KERNEL_ALIGNMENT, KERNEL_ALIGNMENT_VALUE);
    memory.putU32(page + INITRD_ADDR_MAX, BootLimits.INITRD_ADDRESS_MAX);
    memory.putU32(page + RAMDISK_IMAGE, initrd.gpa());
    memory.putU32(page + RAMDISK_SIZE, initrd.sizeBytes());
    writeCommandLine(memory, commandLine);
    writeSeed(memory, rngSeed);
    writeE820(memory, E820.map(RamLayout.of(memory)));
  }

  private static void writeCommandLine(GuestMemory memory, CommandLine commandLine) {
    byte[] text = commandLine.text().getBytes(StandardCharsets.US_ASCII);
    memory.write(BootLayout.COMMAND_LINE, text, 0, text.length);
    memory.putU8(BootLayout.COMMAND_LINE + text.length, 0);
    memory.putU32(BootLayout.ZERO_PAGE + CMD_LINE_PTR, BootLayout.COMMAND_LINE);
    memory.putU32(BootLayout.ZERO_PAGE + CMDLINE_SIZE, text.length);
  }

  /** Without a seed an early kernel has no ready generator and re-extracts for every number. */
  private static void writeSeed(GuestMemory memory, byte[] rngSeed) {
    memory.putU64(BootLayout.RNG_SEED, 0);
    memory.putU32(BootLayout.RNG_SEED + SETUP_DATA_TYPE, SETUP_RNG_SEED);
    memory.putU32(BootLayout.RNG_SEED + SETUP_DATA_LENGTH, rngSeed.length);
    memory.write(BootLayout.RNG_SEED + SETUP_DATA_BYTES, rngSeed, 0, rngSeed.length);
    memory.putU64(BootLayout.ZERO_PAGE + SETUP_DATA, BootLayout.RNG_SEED);
  }

  private static void writeE820(GuestMemory memory, List<E820.Entry> entries) {
    memory.putU8(BootLayout.ZERO_PAGE + E820_ENTRIES, entries.size());
    long at = BootLayout.ZERO_PAGE + E820_TABLE;
    for (E820.Entry entry : entries) {
      memory.putU64(at, entry.gpa());
      memory.putU64(at + 8, entry.sizeBytes());
      memory.putU32(at + 16, entry.type().code());
      at += E820_ENTRY_BYTES;
    }
  }
}

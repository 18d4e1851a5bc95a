package dev.spore.vmm.boot;

/**
 * Every bound on what a boot file or a boot setting may ask for: why this number, and what then.
 */
public final class BootLimits {
  /** Least guest RAM, bytes: below 32 MiB a current kernel dies before it can say why. Refused. */
  public static final long MEMORY_BYTES_MIN = 32L << 20;

  /**
   * Most guest RAM, bytes (256 GiB): more than the hosts this runs on have, and it keeps every sum
   * of addresses far from overflow. A larger wish is refused.
   */
  public static final long MEMORY_BYTES_MAX = 256L << 30;

  /** Guest RAM comes in multiples of this, bytes: the size of a saved memory chunk. Refused. */
  public static final long MEMORY_BYTES_STEP = 2L << 20;

  /** Most vCPUs: what the MP table below 0x400 is laid out and tested for. Refused. */
  public static final int VCPUS_MAX = 8;

  /**
   * Command line, bytes without the final NUL: {@code COMMAND_LINE_SIZE} of x86 Linux is 2048 with
   * it, and the kernel cuts off the rest silently. Refused.
   */
  public static final int COMMAND_LINE_BYTES_MAX = 2047;

  /**
   * Program headers of an ELF kernel; Linux has five or six. Also refuses {@code PN_XNUM} (65535),
   * which sends readers to a section header for the real count.
   */
  public static final int ELF_PROGRAM_HEADERS_MAX = 64;

  /** Kernel file, bytes (4 GiB): an unstripped vmlinux has about 1 GiB. Refused. */
  public static final long KERNEL_FILE_BYTES_MAX = 4L << 30;

  /** What a bzImage may unpack to, bytes (512 MiB): distribution kernels have 30 to 80 MiB. */
  public static final long UNPACKED_BYTES_MAX = 512L << 20;

  /**
   * Memory an XZ decoder may use, KiB: kernels are packed with a dictionary of at most 128 MiB. A
   * process with a small heap allows half of that. Refused.
   */
  public static final int XZ_MEMORY_KIB_MAX = 160 << 10;

  /** Zstandard window, log2 bytes: kernels are packed with {@code --ultra -22}, which needs 27. */
  public static final int ZSTD_WINDOW_LOG_MAX = 27;

  /**
   * Highest address of an initrd's last byte when the kernel names none: what x86-64 kernels state
   * in {@code initrd_addr_max} (Documentation/x86/boot.rst).
   */
  public static final long INITRD_ADDRESS_MAX = 0x7fff_ffffL;

  /** Name in an initrd, bytes with its NUL: PATH_MAX of Linux. A longer one: not looked into. */
  public static final int CPIO_NAME_BYTES_MAX = 4096;

  /** Zeroes after an initrd's last member, bytes: tools fill up to a block. More: as above. */
  public static final int CPIO_PADDING_BYTES_MAX = 1 << 20;

  private BootLimits() {}
}

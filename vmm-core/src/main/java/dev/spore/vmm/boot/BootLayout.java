package dev.spore.vmm.boot;

/**
 * Guest physical addresses of the board. They are part of the machine's contract with its kernel,
 * so a saved machine depends on them; docs/boot.md draws the map.
 */
public final class BootLayout {
  /** MP floating pointer, with the MP configuration table after it; ends below {@link #MP_END}. */
  static final long MP_FLOATING_POINTER = 0x0;

  /** First byte after the MP table. {@code [0, MP_END)} is reserved in the E820 map. */
  static final long MP_END = 0x400;

  /** Global descriptor table of the first instructions. */
  static final long GDT = 0x500;

  /** {@code struct setup_data} with the random seed. */
  static final long RNG_SEED = 0x6000;

  /** {@code struct boot_params}, one page. */
  static final long ZERO_PAGE = 0x7000;

  /** Stack of the first instructions, growing down from here; the page is otherwise free. */
  static final long STACK_TOP = 0x8ff0;

  /** Identity page tables: PML4, PDPT, then one page directory for each GiB mapped. */
  static final long PAGE_TABLES = 0x9000;

  /** NUL-terminated command line. */
  static final long COMMAND_LINE = 0x20000;

  /** End of low RAM: where a PC keeps its extended BIOS data area. */
  static final long EBDA = 0x9fc00;

  /** First byte above the PC's reserved first MiB; no kernel segment may lie below. */
  static final long HIGH_RAM = 0x10_0000;

  /** End of RAM below the hole at most (3 GiB); device windows and APICs lie above it. */
  public static final long HOLE_START = 0xc000_0000L;

  /** Where RAM goes on (4 GiB). */
  public static final long HOLE_END = 0x1_0000_0000L;

  /** First virtio-mmio window. */
  public static final long VIRTIO_MMIO = 0xd000_0000L;

  /** Bytes of one virtio-mmio window: 0x100 of registers and 0x100 of configuration space. */
  public static final int VIRTIO_MMIO_BYTES = 0x200;

  /** GSI of the first virtio-mmio window; the others follow one by one. */
  public static final int VIRTIO_GSI = 5;

  /**
   * Virtio-mmio windows that have an interrupt: GSI 5 to 15. Without ACPI Linux sets up only the
   * sixteen ISA lines for devices named on the command line.
   */
  public static final int VIRTIO_WINDOWS_MAX = 11;

  /** I/O APIC registers (Intel 82093AA), where KVM's in-kernel irqchip has them. */
  public static final long IO_APIC = 0xfec0_0000L;

  /** Local APIC registers. */
  public static final long LOCAL_APIC = 0xfee0_0000L;

  private BootLayout() {}

  /**
   * Rounds up to a multiple of {@code step}, a power of two. {@code value} is far from overflow.
   */
  static long alignUp(long value, long step) {
    return (value + step - 1) & -step;
  }

  /** Rounds down to a multiple of {@code step}, a power of two. */
  static long alignDown(long value, long step) {
    return value & -step;
  }
}

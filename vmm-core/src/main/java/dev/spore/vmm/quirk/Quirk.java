package dev.spore.vmm.quirk;

/** What a host's KVM does differently from hardware virtualization, as found by tiny guests. */
public enum Quirk {
  /**
   * KVM hands some CPL 0 instructions back: kernel code is interpreted, about a thousandth fast.
   */
  INTERPRETED_KERNEL("interpreted-kernel"),

  /** CPUID shows the host's features whatever KVM_SET_CPUID2 says. */
  UNMASKED_CPUID("unmasked-cpuid"),

  /** SYSCALL at CPL 3 arrives as a page fault at the entry point, still at CPL 3. */
  USER_SYSCALL_FAULT("user-syscall-fault"),

  /** RDTSC reads the host's counter, without the guest's offset. */
  RAW_TSC("raw-tsc");

  private final String id;

  Quirk(String id) {
    this.id = id;
  }

  /** Stable name for JSON and saved machines. */
  public String id() {
    return id;
  }
}

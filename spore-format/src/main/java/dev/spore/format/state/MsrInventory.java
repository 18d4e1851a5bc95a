package dev.spore.format.state;

/**
 * The model-specific registers a saved machine may have, in the order in which they are written
 * back: what the kernel set up first, clocks and timers last, so that a timer is armed against the
 * restored counter. Names are those of the Intel SDM volume 4, the AMD APM volume 2 appendix A and,
 * from 0x4b564d00, Documentation/virt/kvm/x86/msr.rst of Linux.
 *
 * <p>EFER, the APIC base and the bases of FS and GS are registers of their own. A register missing
 * here is refused: an old reader must not drop state it does not know.
 */
public final class MsrInventory {
  private static final long[] ORDER = {
    // Features and mitigations come before whatever depends on them.
    0x3a, // IA32_FEATURE_CONTROL
    0x10a, // IA32_ARCH_CAPABILITIES
    0x122, // IA32_TSX_CTRL
    0x140, // MISC_FEATURES_ENABLES
    0x1a0, // IA32_MISC_ENABLE
    0xc001_0015L, // HWCR
    0xc001_1029L, // DE_CFG
    0x48, // IA32_SPEC_CTRL
    0xc001_011fL, // VIRT_SPEC_CTRL
    0xe1, // IA32_UMWAIT_CONTROL
    0x1c4, // IA32_XFD
    0x1c5, // IA32_XFD_ERR
    0xda0, // IA32_XSS
    // System calls.
    0x174, // IA32_SYSENTER_CS
    0x175, // IA32_SYSENTER_ESP
    0x176, // IA32_SYSENTER_EIP
    0xc000_0081L, // STAR
    0xc000_0082L, // LSTAR
    0xc000_0083L, // CSTAR
    0xc000_0084L, // SFMASK
    0xc000_0102L, // KernelGSBase
    0xc000_0103L, // TSC_AUX
    // Control-flow enforcement and protection keys.
    0x6a0, // IA32_U_CET
    0x6a2, // IA32_S_CET
    0x6a4, // IA32_PL0_SSP
    0x6a5, // IA32_PL1_SSP
    0x6a6, // IA32_PL2_SSP
    0x6a7, // IA32_PL3_SSP
    0x6a8, // IA32_INTERRUPT_SSP_TABLE_ADDR
    0x6e1, // IA32_PKRS
    0x1d9, // IA32_DEBUGCTL
    // Machine check.
    0x17a, // IA32_MCG_STATUS
    0x17b, // IA32_MCG_CTL
    0x4d0, // IA32_MCG_EXT_CTL
    // Memory types: variable ranges, fixed ranges, PAT, and the switch last.
    0x200,
    0x201,
    0x202,
    0x203,
    0x204,
    0x205,
    0x206,
    0x207, // IA32_MTRR_PHYSBASE0 to PHYSMASK3
    0x208,
    0x209,
    0x20a,
    0x20b,
    0x20c,
    0x20d,
    0x20e,
    0x20f, // IA32_MTRR_PHYSBASE4 to PHYSMASK7
    0x250, // IA32_MTRR_FIX64K_00000
    0x258, // IA32_MTRR_FIX16K_80000
    0x259, // IA32_MTRR_FIX16K_A0000
    0x268,
    0x269,
    0x26a,
    0x26b,
    0x26c,
    0x26d,
    0x26e,
    0x26f, // IA32_MTRR_FIX4K_C0000 to F8000
    0x277, // IA32_PAT
    0x2ff, // IA32_MTRR_DEF_TYPE
    // Paravirtual clocks and events.
    0x11, // MSR_KVM_WALL_CLOCK
    0x12, // MSR_KVM_SYSTEM_TIME
    0x4b56_4d00, // MSR_KVM_WALL_CLOCK_NEW
    0x4b56_4d01, // MSR_KVM_SYSTEM_TIME_NEW
    0x4b56_4d02, // MSR_KVM_ASYNC_PF_EN
    0x4b56_4d03, // MSR_KVM_STEAL_TIME
    0x4b56_4d04, // MSR_KVM_PV_EOI_EN
    0x4b56_4d05, // MSR_KVM_POLL_CONTROL
    0x4b56_4d06, // MSR_KVM_ASYNC_PF_INT
    0x4b56_4d07, // MSR_KVM_ASYNC_PF_ACK
    // Time: the offset, the counter, and the deadline measured by it.
    0x3b, // IA32_TSC_ADJUST
    0x10, // IA32_TIME_STAMP_COUNTER
    0x6e0, // IA32_TSC_DEADLINE
  };

  private MsrInventory() {}

  /** Numbers in the order of restoring; a new array each time. */
  public static long[] order() {
    return ORDER.clone();
  }

  /** Position of MSR {@code index} in {@link #order()}, or -1 if it is none of them. */
  public static int rank(long index) {
    for (int i = 0; i < ORDER.length; i++) {
      if (ORDER[i] == index) {
        return i;
      }
    }
    return -1;
  }

  /** How many there are. */
  public static int size() {
    return ORDER.length;
  }
}

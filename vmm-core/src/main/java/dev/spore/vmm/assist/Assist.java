package dev.spore.vmm.assist;

/** What the table of assists knows; each has a counter of its own in the machine's metrics. */
public enum Assist {
  /** INT3: alternatives patching and BUG in Linux. */
  BREAKPOINT,
  /** FWAIT. */
  FWAIT,
  /** CLAC and STAC. */
  ACCESS_CHECK,
  /** POPCNT of a register or memory. */
  POPCNT,
  /** XSAVE, XSAVEOPT, XSAVEC, XSAVES. */
  XSAVE,
  /** XRSTOR, XRSTORS. */
  XRSTOR,
  /** XGETBV. */
  XGETBV,
  /** XSETBV. */
  XSETBV,
  /** CMPXCHG16B, on machines with one vCPU. */
  CMPXCHG16B
}

package dev.spore.format.state;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import java.util.List;

/**
 * One vCPU between two instructions, with nothing left to complete.
 *
 * @param index which vCPU, from 0; also its initial APIC id
 * @param tscKhz frequency of its time-stamp counter, kHz, at least 1
 * @param pendingInterrupt vector taken from the interrupt controller and not yet delivered, or
 *     {@link #NO_INTERRUPT}
 * @param extendedControls in rising order of index
 * @param msrs in the order of {@link MsrInventory}, each at most once
 */
public record VcpuState(
    int index,
    int tscKhz,
    Activity activity,
    GeneralRegisters registers,
    SegmentRegisters segments,
    ControlRegisters controls,
    int pendingInterrupt,
    List<ExtendedControl> extendedControls,
    XsaveState xsave,
    List<MsrValue> msrs,
    LapicState lapic,
    PendingEvents events,
    DebugRegisters debug) {
  /** For {@link #pendingInterrupt}: there is none. */
  public static final int NO_INTERRUPT = -1;

  public VcpuState {
    Check.range("index", index, 0, FormatLimits.VCPUS_MAX - 1);
    Check.range("tsc_khz", tscKhz, 1, Integer.MAX_VALUE);
    Check.range("pending_interrupt", pendingInterrupt, NO_INTERRUPT, 255);
    extendedControls = Check.list("extended_controls", extendedControls, 0, FormatLimits.XCRS_MAX);
    long last = -1;
    for (ExtendedControl control : extendedControls) {
      Check.that(control.index() > last, "extended_controls are not in rising order");
      last = control.index();
    }
    msrs = Check.list("msrs", msrs, 0, MsrInventory.size());
    int lastRank = -1;
    for (MsrValue msr : msrs) {
      int rank = MsrInventory.rank(msr.index());
      if (rank <= lastRank) {
        throw Check.refusal("MSR 0x%x is out of order or there twice".formatted(msr.index()));
      }
      lastRank = rank;
    }
  }
}

package dev.spore.vmm.state;

import dev.spore.format.state.Activity;
import dev.spore.format.state.ExtendedControl;
import dev.spore.format.state.MsrValue;
import dev.spore.format.state.VcpuState;
import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmCap;
import dev.spore.kvm.Sregs;
import dev.spore.kvm.VcpuEvents;
import dev.spore.kvm.VcpuFd;
import dev.spore.kvm.Xcr;
import dev.spore.vmm.quirk.Quirk;
import dev.spore.vmm.quirk.QuirkProfile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Saves and restores vCPUs of this host's KVM. A restored machine is built in this order:
 *
 * <ol>
 *   <li>VM, irqchip and timer created, RAM plugged in (KVM writes clocks into it);
 *   <li>each vCPU created and given its CPUID table;
 *   <li>{@link VmStates#restoreChips};
 *   <li>{@link #restore} for each vCPU, in rising order;
 *   <li>{@link VmStates#restoreTime}, when there is a local APIC for the first tick to go to;
 *   <li>{@link #resumed} for each vCPU;
 *   <li>{@link #readBack} for each vCPU and {@link VmStates#readBack}; then the first KVM_RUN.
 * </ol>
 *
 * <p>Thread-safe; a vCPU's calls come from whoever owns it, while it is not in KVM_RUN.
 */
public final class VcpuStates {
  private final MsrRegisters msrs;
  private final XsaveAreas xsave;
  private final boolean tscScaling;
  private final boolean rawTsc;

  private VcpuStates(Kvm kvm, QuirkProfile quirks) {
    msrs = new MsrRegisters(kvm.msrIndexList());
    xsave = new XsaveAreas(kvm.supportedCpuid());
    tscScaling = kvm.checkExtension(KvmCap.TSC_CONTROL) != 0;
    rawTsc = quirks.has(Quirk.RAW_TSC);
  }

  /** For vCPUs of VMs made from {@code kvm}. */
  public static VcpuStates of(Kvm kvm, QuirkProfile quirks) {
    return new VcpuStates(kvm, quirks);
  }

  /**
   * The state of a vCPU that is outside KVM_RUN with no exit left to complete (one KVM_RUN with
   * immediate_exit does that). No vCPU of the machine may run meanwhile: they send each other
   * interrupts.
   *
   * @param index which vCPU, from 0
   */
  public VcpuState capture(int index, VcpuFd fd) {
    // KVM first acts on a waiting INIT or SIPI when asked for the activity, which changes registers
    // and events; and reading the others can move events along, so that these come last.
    Activity activity = EventRecords.activity(fd.getMpState());
    Sregs sregs = fd.getSregs();
    return new VcpuState(
        index,
        fd.tscKhz(),
        activity,
        RegisterRecords.general(fd.getRegs()),
        RegisterRecords.segments(sregs),
        RegisterRecords.controls(sregs),
        sregs.pendingInterrupt(),
        extendedControls(fd),
        xsave.state(field(index, "xsave"), fd.getXsave()),
        msrs.capture(fd),
        LapicRecords.state(fd.getLapic()),
        EventRecords.pending(fd.getVcpuEvents()),
        RegisterRecords.debug(fd.getDebugRegs()));
  }

  private static List<ExtendedControl> extendedControls(VcpuFd fd) {
    return fd.getXcrs().stream()
        .map(x -> new ExtendedControl(Integer.toUnsignedLong(x.index()), x.value()))
        .sorted(Comparator.comparingLong(ExtendedControl::index))
        .toList();
  }

  /**
   * Gives a new vCPU its state.
   *
   * @throws dev.spore.vmm.SporeException object.invalid naming the field no processor can have so;
   *     host.unsupported naming what this host lacks
   */
  public void restore(VcpuFd fd, VcpuState state) {
    int index = state.index();
    List<MsrValue> msrValues = state.msrs();
    setTscKhz(fd, state);
    // EFER and CR4 decide what the later ones may hold, the APIC base whether there is an APIC.
    Refusal.named(
        field(index, "controls") + " with segments",
        () -> fd.setSregs(RegisterRecords.sregs(state)));
    Refusal.named(field(index, "extended_controls"), () -> fd.setXcrs(xcrs(state)));
    byte[] area = xsave.area(field(index, "xsave"), state.xsave(), fd.xsaveBytes());
    Refusal.named(field(index, "xsave"), () -> fd.setXsave(area));
    Refusal.named(field(index, "msrs"), () -> msrs.restore(fd, field(index, "msrs"), msrValues));
    Refusal.named(
        field(index, "registers"), () -> fd.setRegs(RegisterRecords.regs(state.registers())));
    Refusal.named(field(index, "lapic"), () -> fd.setLapic(LapicRecords.page(state.lapic())));
    msrs.restoreDeadline(fd, field(index, "msrs"), msrValues, state.tscKhz());
    Refusal.named(
        field(index, "debug"), () -> fd.setDebugRegs(RegisterRecords.debugRegs(state.debug())));
    // After the registers: setting those drops an exception that is under way.
    VcpuEvents events = EventRecords.events(state.events(), fd.getVcpuEvents().flags());
    Refusal.named(field(index, "events"), () -> fd.setVcpuEvents(events));
    Refusal.named(
        field(index, "activity"), () -> fd.setMpState(EventRecords.mpState(state.activity())));
  }

  private void setTscKhz(VcpuFd fd, VcpuState state) {
    int host = fd.tscKhz();
    if (tscScaling && host != state.tscKhz()) {
      Refusal.named(field(state.index(), "tsc_khz"), () -> fd.setTscKhz(state.tscKhz()));
    } else if (!Unstable.sameTscKhz(state.tscKhz(), host)) {
      throw Refusal.unsupported(
          field(state.index(), "tsc_khz"),
          "the guest counts on a time-stamp counter of %d kHz, this host's has %d kHz and KVM cannot"
                  .formatted(state.tscKhz(), host)
              + " scale it");
    }
  }

  private static List<Xcr> xcrs(VcpuState state) {
    List<Xcr> xcrs = new ArrayList<>();
    state.extendedControls().forEach(x -> xcrs.add(new Xcr((int) x.index(), x.value())));
    return xcrs;
  }

  /**
   * Tells the guest that it was stopped, so that its watchdogs do not take the pause for a lock-up.
   * After the clock is set; also for a machine that goes on after a long save. Does nothing where
   * the guest has not set up the paravirtual clock.
   */
  public void resumed(VcpuFd fd) {
    fd.kvmclockCtrl();
  }

  /**
   * Checks that a restored vCPU holds its state, before its first KVM_RUN.
   *
   * @throws dev.spore.vmm.SporeException host.unsupported naming the first field that differs
   *     beyond what {@code Unstable} lists
   */
  public void readBack(VcpuFd fd, VcpuState state) {
    int index = state.index();
    VcpuState now = capture(index, fd);
    VcpuState found = withMsrs(now, msrs.current(fd, state.msrs()));
    StateCompare.require(
        "vcpus[%d]".formatted(index), state, Unstable.settled(state, found, rawTsc));
  }

  private static VcpuState withMsrs(VcpuState s, List<MsrValue> values) {
    return new VcpuState(
        s.index(),
        s.tscKhz(),
        s.activity(),
        s.registers(),
        s.segments(),
        s.controls(),
        s.pendingInterrupt(),
        s.extendedControls(),
        s.xsave(),
        values,
        s.lapic(),
        s.events(),
        s.debug());
  }

  private static String field(int index, String name) {
    return "vcpus[%d].%s".formatted(index, name);
  }
}

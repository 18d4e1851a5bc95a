package dev.spore.vmm.state;

import dev.spore.format.state.ClockState;
import dev.spore.format.state.UartState;
import dev.spore.format.state.VmState;
import dev.spore.kvm.ClockData;
import dev.spore.kvm.CpuidEntry;
import dev.spore.kvm.KvmConst;
import dev.spore.kvm.VmFd;
import java.util.List;
import java.util.OptionalLong;

/** Saves and restores what a machine has once; for the order see {@link VcpuStates}. */
public final class VmStates {
  private VmStates() {}

  /**
   * The state of a VM none of whose vCPUs runs.
   *
   * @param cpuid table of vCPU 0
   */
  public static VmState capture(VmFd vm, List<CpuidEntry> cpuid, UartState uart) {
    return new VmState(
        CpuidLeaves.of(cpuid),
        clock(vm.getClock()),
        ChipRecords.state(vm.getPic(KvmConst.IRQCHIP_PIC_MASTER)),
        ChipRecords.state(vm.getPic(KvmConst.IRQCHIP_PIC_SLAVE)),
        ChipRecords.state(vm.getIoapic()),
        ChipRecords.state(vm.getPit()),
        uart);
  }

  private static ClockState clock(ClockData data) {
    return new ClockState(
        data.clockNanos(),
        (data.flags() & KvmConst.CLOCK_TSC_STABLE) != 0,
        given(data, KvmConst.CLOCK_REALTIME, data.realtimeNanos()),
        given(data, KvmConst.CLOCK_HOST_TSC, data.hostTsc()));
  }

  private static OptionalLong given(ClockData data, int flag, long value) {
    return (data.flags() & flag) != 0 ? OptionalLong.of(value) : OptionalLong.empty();
  }

  /** The interrupt controllers, before the vCPUs: a request that waits there is raised again. */
  public static void restoreChips(VmFd vm, VmState state) {
    Refusal.named(
        "vm.pic_master",
        () -> vm.setPic(KvmConst.IRQCHIP_PIC_MASTER, ChipRecords.pic(state.picMaster())));
    Refusal.named(
        "vm.pic_slave",
        () -> vm.setPic(KvmConst.IRQCHIP_PIC_SLAVE, ChipRecords.pic(state.picSlave())));
    Refusal.named("vm.ioapic", () -> vm.setIoapic(ChipRecords.ioapic(state.ioapic())));
  }

  /**
   * The timer and the paravirtual clock, after the vCPUs: a tick must find its local APIC restored.
   *
   * <p>The clock goes on from where it was, however long the machine lay on disk: its monotonic
   * time stands still while it is saved, as it does for a suspended computer. Were the time added
   * (KVM_CLOCK_REALTIME), every timeout in the guest would run out at once, and a machine saved
   * once and started many times would have another age each time. Its wall clock is set by the
   * agent.
   */
  public static void restoreTime(VmFd vm, VmState state) {
    Refusal.named("vm.pit", () -> vm.setPit(ChipRecords.pit(state.pit())));
    ClockData clock = new ClockData(state.clock().clockNanos(), 0, 0, 0);
    Refusal.named("vm.clock", () -> vm.setClock(clock));
  }

  /**
   * Checks that a restored VM holds its state, before the first KVM_RUN.
   *
   * @throws dev.spore.vmm.SporeException host.unsupported naming the first field that differs
   *     beyond what {@code Unstable} lists
   */
  public static void readBack(VmFd vm, VmState state) {
    VmState found = capture(vm, List.of(), state.uart());
    StateCompare.require(
        "vm.pic_master",
        state.picMaster(),
        Unstable.settledMaster(state.picMaster(), found.picMaster()));
    StateCompare.require("vm.pic_slave", state.picSlave(), found.picSlave());
    StateCompare.require(
        "vm.ioapic", state.ioapic(), Unstable.settled(state.ioapic(), found.ioapic()));
    StateCompare.require("vm.pit", state.pit(), Unstable.settled(state.pit(), found.pit()));
    long ahead = found.clock().clockNanos() - state.clock().clockNanos();
    if (ahead < 0) {
      StateCompare.require(
          "vm.clock.clock_nanos", state.clock().clockNanos(), found.clock().clockNanos());
    }
  }
}

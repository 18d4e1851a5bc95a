package dev.spore.vmm.state;

import dev.spore.format.state.ClockState;
import dev.spore.format.state.ControlRegisters;
import dev.spore.format.state.DebugRegisters;
import dev.spore.format.state.ExtendedControl;
import dev.spore.format.state.LapicState;
import dev.spore.format.state.MachineState;
import dev.spore.format.state.MsrInventory;
import dev.spore.format.state.MsrValue;
import dev.spore.format.state.PendingEvents;
import dev.spore.format.state.VcpuState;
import dev.spore.format.state.VectorSet;
import dev.spore.format.state.VmState;
import dev.spore.format.state.XsaveState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/** Saved machines with one thing changed. */
final class StateEdits {
  private StateEdits() {}

  static MachineState clock(MachineState state, long clockNanos) {
    VmState vm = state.vm();
    ClockState clock = new ClockState(clockNanos, false, OptionalLong.of(1), OptionalLong.of(1));
    VmState changed =
        new VmState(
            vm.cpuid(), clock, vm.picMaster(), vm.picSlave(), vm.ioapic(), vm.pit(), vm.uart());
    return new MachineState(changed, state.vcpus(), state.devices());
  }

  static LapicState requests(LapicState l, VectorSet irr) {
    return new LapicState(
        l.id(),
        l.version(),
        l.taskPriority(),
        l.arbitrationPriority(),
        l.processorPriority(),
        l.logicalDestination(),
        l.destinationFormat(),
        l.spuriousVector(),
        l.isr(),
        l.tmr(),
        irr,
        l.errorStatus(),
        l.lvtCmci(),
        l.icrLow(),
        l.icrHigh(),
        l.lvtTimer(),
        l.lvtThermal(),
        l.lvtPerformance(),
        l.lvtLint0(),
        l.lvtLint1(),
        l.lvtError(),
        l.initialCount(),
        l.currentCount(),
        l.divide());
  }

  /** A vCPU's state, one part after another replaced. */
  static final class Vcpu {
    private VcpuState state;

    Vcpu(VcpuState state) {
      this.state = state;
    }

    VcpuState build() {
      return state;
    }

    Vcpu tscKhz(int khz) {
      return with(khz, state.controls(), state.extendedControls(), state.xsave(), state.msrs());
    }

    Vcpu controls(ControlRegisters controls) {
      return with(state.tscKhz(), controls, state.extendedControls(), state.xsave(), state.msrs());
    }

    Vcpu xcr0(long value) {
      List<ExtendedControl> xcrs = List.of(new ExtendedControl(0, value));
      return with(state.tscKhz(), state.controls(), xcrs, state.xsave(), state.msrs());
    }

    Vcpu xsave(XsaveState xsave) {
      return with(state.tscKhz(), state.controls(), state.extendedControls(), xsave, state.msrs());
    }

    Vcpu msr(long index, long value) {
      List<MsrValue> msrs = new ArrayList<>(state.msrs());
      msrs.removeIf(m -> m.index() == index);
      msrs.add(new MsrValue(index, value));
      msrs.sort(Comparator.comparingInt(m -> MsrInventory.rank(m.index())));
      return with(state.tscKhz(), state.controls(), state.extendedControls(), state.xsave(), msrs);
    }

    private Vcpu with(
        int khz,
        ControlRegisters controls,
        List<ExtendedControl> xcrs,
        XsaveState xsave,
        List<MsrValue> msrs) {
      return replace(
          khz, controls, xcrs, xsave, msrs, state.lapic(), state.events(), state.debug());
    }

    Vcpu lapic(LapicState lapic) {
      return late(lapic, state.events(), state.debug());
    }

    Vcpu events(PendingEvents events) {
      return late(state.lapic(), events, state.debug());
    }

    Vcpu debug(DebugRegisters debug) {
      return late(state.lapic(), state.events(), debug);
    }

    private Vcpu late(LapicState lapic, PendingEvents events, DebugRegisters debug) {
      return replace(
          state.tscKhz(),
          state.controls(),
          state.extendedControls(),
          state.xsave(),
          state.msrs(),
          lapic,
          events,
          debug);
    }

    private Vcpu replace(
        int khz,
        ControlRegisters controls,
        List<ExtendedControl> xcrs,
        XsaveState xsave,
        List<MsrValue> msrs,
        LapicState lapic,
        PendingEvents events,
        DebugRegisters debug) {
      state =
          new VcpuState(
              state.index(),
              khz,
              state.activity(),
              state.registers(),
              state.segments(),
              controls,
              state.pendingInterrupt(),
              xcrs,
              xsave,
              msrs,
              lapic,
              events,
              debug);
      return this;
    }
  }
}

package dev.spore.vmm.state;

import dev.spore.format.state.LapicState;
import dev.spore.format.state.VectorSet;
import dev.spore.kvm.Lapic;
import dev.spore.kvm.Lapic.Register;
import dev.spore.kvm.Lapic.Vectors;

/** A local APIC's page and its record. */
final class LapicRecords {
  private LapicRecords() {}

  static LapicState state(Lapic lapic) {
    return new LapicState(
        lapic.get(Register.ID),
        lapic.get(Register.VERSION),
        lapic.get(Register.TASK_PRIORITY),
        lapic.get(Register.ARBITRATION_PRIORITY),
        lapic.get(Register.PROCESSOR_PRIORITY),
        lapic.get(Register.LOGICAL_DESTINATION),
        lapic.get(Register.DESTINATION_FORMAT),
        lapic.get(Register.SPURIOUS_VECTOR),
        vectors(lapic, Vectors.IN_SERVICE),
        vectors(lapic, Vectors.TRIGGER_MODE),
        vectors(lapic, Vectors.REQUESTED),
        lapic.get(Register.ERROR_STATUS),
        lapic.get(Register.LVT_CMCI),
        lapic.get(Register.ICR_LOW),
        lapic.get(Register.ICR_HIGH),
        lapic.get(Register.LVT_TIMER),
        lapic.get(Register.LVT_THERMAL),
        lapic.get(Register.LVT_PERFORMANCE),
        lapic.get(Register.LVT_LINT0),
        lapic.get(Register.LVT_LINT1),
        lapic.get(Register.LVT_ERROR),
        lapic.get(Register.INITIAL_COUNT),
        lapic.get(Register.CURRENT_COUNT),
        lapic.get(Register.DIVIDE));
  }

  static Lapic page(LapicState state) {
    Lapic lapic = new Lapic();
    lapic.set(Register.ID, state.id());
    lapic.set(Register.VERSION, state.version());
    lapic.set(Register.TASK_PRIORITY, state.taskPriority());
    lapic.set(Register.ARBITRATION_PRIORITY, state.arbitrationPriority());
    lapic.set(Register.PROCESSOR_PRIORITY, state.processorPriority());
    lapic.set(Register.LOGICAL_DESTINATION, state.logicalDestination());
    lapic.set(Register.DESTINATION_FORMAT, state.destinationFormat());
    lapic.set(Register.SPURIOUS_VECTOR, state.spuriousVector());
    setVectors(lapic, Vectors.IN_SERVICE, state.isr());
    setVectors(lapic, Vectors.TRIGGER_MODE, state.tmr());
    setVectors(lapic, Vectors.REQUESTED, state.irr());
    lapic.set(Register.ERROR_STATUS, state.errorStatus());
    lapic.set(Register.LVT_CMCI, state.lvtCmci());
    lapic.set(Register.ICR_LOW, state.icrLow());
    lapic.set(Register.ICR_HIGH, state.icrHigh());
    lapic.set(Register.LVT_TIMER, state.lvtTimer());
    lapic.set(Register.LVT_THERMAL, state.lvtThermal());
    lapic.set(Register.LVT_PERFORMANCE, state.lvtPerformance());
    lapic.set(Register.LVT_LINT0, state.lvtLint0());
    lapic.set(Register.LVT_LINT1, state.lvtLint1());
    lapic.set(Register.LVT_ERROR, state.lvtError());
    lapic.set(Register.INITIAL_COUNT, state.initialCount());
    lapic.set(Register.CURRENT_COUNT, state.currentCount());
    lapic.set(Register.DIVIDE, state.divide());
    return lapic;
  }

  private static VectorSet vectors(Lapic lapic, Vectors which) {
    return new VectorSet(
        lapic.get(which, 0), lapic.get(which, 1), lapic.get(which, 2), lapic.get(which, 3));
  }

  private static void setVectors(Lapic lapic, Vectors which, VectorSet set) {
    lapic.set(which, 0, set.low());
    lapic.set(which, 1, set.midLow());
    lapic.set(which, 2, set.midHigh());
    lapic.set(which, 3, set.high());
  }
}

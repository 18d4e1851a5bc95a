package dev.spore.vmm.state;

import dev.spore.format.state.IoapicState;
import dev.spore.format.state.LapicState;
import dev.spore.format.state.MsrValue;
import dev.spore.format.state.PicState;
import dev.spore.format.state.PitChannel;
import dev.spore.format.state.PitState;
import dev.spore.format.state.VcpuState;
import dev.spore.format.state.VectorSet;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields KVM need not hold as they were given, and how far they may be off. Everything else
 * must read back bit for bit.
 *
 * <table>
 *   <caption>Tolerated differences</caption>
 *   <tr><th>field</th><th>why</th><th>what is accepted</th></tr>
 *   <tr><td>vcpus[].tsc_khz</td><td>KVM scales nothing within 250 ppm</td><td>250 ppm</td></tr>
 *   <tr><td>lapic.current_count</td><td>counts down</td><td>any value</td></tr>
 *   <tr><td>lapic.arbitration_priority, lapic.processor_priority</td><td>KVM computes them from the
 *       other registers</td><td>any value</td></tr>
 *   <tr><td>lapic.irr</td><td>a timer may have run out since</td><td>more requests, none
 *       fewer</td></tr>
 *   <tr><td>msrs 0x10</td><td>the counter runs; vCPUs written within a second get one common offset
 *       from KVM; under the quirk raw-tsc it is the host's and takes no value</td><td>a second back,
 *       any time ahead; any value under raw-tsc</td></tr>
 *   <tr><td>msrs 0x6e0</td><td>reads as 0 once it has passed; moves with a counter that cannot be
 *       set</td><td>any value</td></tr>
 *   <tr><td>pic_master.last_irr, irr; ioapic.irr</td><td>the 8254 starts to count when it is
 *       restored and may tick at once</td><td>input 0 of the 8259A, inputs 0 and 2 of the I/O
 *       APIC</td></tr>
 *   <tr><td>pit.channels[].load_nanos</td><td>a clock of the host; KVM loads channel 0
 *       anew</td><td>any value</td></tr>
 * </table>
 */
final class Unstable {
  /** KVM's own bound, {@code tsc_tolerance_ppm}. */
  private static final int TSC_PPM = 250;

  private static final int MILLION = 1_000_000;
  private static final int MILLIS_PER_SECOND = 1000;

  /** The 8254 on the first 8259A. */
  private static final int PIC_TIMER = 1;

  /** The 8254 on the I/O APIC, without and with the usual override. */
  private static final int IOAPIC_TIMER = 1 | 1 << 2;

  private Unstable() {}

  /** Whether a counter of {@code khz} passes for one of {@code wantedKhz}. */
  static boolean sameTscKhz(int wantedKhz, int khz) {
    return Math.abs((long) wantedKhz - khz) * MILLION <= (long) TSC_PPM * wantedKhz;
  }

  /** Ticks of a second: how near each other KVM takes two writes of the counter for one. */
  static long tscSlack(int tscKhz) {
    return (long) tscKhz * MILLIS_PER_SECOND;
  }

  /** {@code found} with the tolerated differences undone. */
  static VcpuState settled(VcpuState wanted, VcpuState found, boolean rawTsc) {
    int khz = sameTscKhz(wanted.tscKhz(), found.tscKhz()) ? wanted.tscKhz() : found.tscKhz();
    return new VcpuState(
        found.index(),
        khz,
        found.activity(),
        found.registers(),
        found.segments(),
        found.controls(),
        found.pendingInterrupt(),
        found.extendedControls(),
        found.xsave(),
        settled(wanted, found.msrs(), rawTsc),
        settled(wanted.lapic(), found.lapic()),
        found.events(),
        found.debug());
  }

  private static List<MsrValue> settled(VcpuState wanted, List<MsrValue> found, boolean rawTsc) {
    List<MsrValue> settled = new ArrayList<>(found);
    for (int i = 0; i < settled.size(); i++) {
      MsrValue want = wanted.msrs().get(i);
      long ahead = found.get(i).value() - want.value();
      boolean tolerated =
          want.index() == MsrRegisters.TSC_DEADLINE
              || (want.index() == MsrRegisters.TSC
                  && (rawTsc || ahead >= -tscSlack(wanted.tscKhz())));
      if (tolerated) {
        settled.set(i, want);
      }
    }
    return settled;
  }

  private static LapicState settled(LapicState wanted, LapicState found) {
    return new LapicState(
        found.id(),
        found.version(),
        found.taskPriority(),
        wanted.arbitrationPriority(),
        wanted.processorPriority(),
        found.logicalDestination(),
        found.destinationFormat(),
        found.spuriousVector(),
        found.isr(),
        found.tmr(),
        containsAll(found.irr(), wanted.irr()) ? wanted.irr() : found.irr(),
        found.errorStatus(),
        found.lvtCmci(),
        found.icrLow(),
        found.icrHigh(),
        found.lvtTimer(),
        found.lvtThermal(),
        found.lvtPerformance(),
        found.lvtLint0(),
        found.lvtLint1(),
        found.lvtError(),
        found.initialCount(),
        wanted.currentCount(),
        found.divide());
  }

  private static boolean containsAll(VectorSet set, VectorSet part) {
    return (part.low() & ~set.low()) == 0
        && (part.midLow() & ~set.midLow()) == 0
        && (part.midHigh() & ~set.midHigh()) == 0
        && (part.high() & ~set.high()) == 0;
  }

  static PicState settledMaster(PicState wanted, PicState found) {
    return new PicState(
        merged(found.lastIrr(), wanted.lastIrr(), PIC_TIMER),
        merged(found.irr(), wanted.irr(), PIC_TIMER),
        found.imr(),
        found.isr(),
        found.priorityAdd(),
        found.irqBase(),
        found.readRegisterSelect(),
        found.poll(),
        found.specialMask(),
        found.initState(),
        found.autoEoi(),
        found.rotateOnAutoEoi(),
        found.specialFullyNested(),
        found.init4(),
        found.elcr(),
        found.elcrMask());
  }

  static IoapicState settled(IoapicState wanted, IoapicState found) {
    int irr = merged(found.irr(), wanted.irr(), IOAPIC_TIMER);
    return new IoapicState(found.base(), found.select(), found.id(), irr, found.redirections());
  }

  private static int merged(int found, int wanted, int fromWanted) {
    return (found & ~fromWanted) | (wanted & fromWanted);
  }

  static PitState settled(PitState wanted, PitState found) {
    List<PitChannel> channels = new ArrayList<>();
    for (int i = 0; i < PitState.CHANNELS; i++) {
      channels.add(loadedAt(found.channels().get(i), wanted.channels().get(i).loadNanos()));
    }
    return new PitState(found.hpetLegacy(), found.speakerOn(), channels);
  }

  private static PitChannel loadedAt(PitChannel c, long nanos) {
    return new PitChannel(
        c.count(),
        c.latchedCount(),
        c.countLatched(),
        c.statusLatched(),
        c.status(),
        c.readState(),
        c.writeState(),
        c.writeLatch(),
        c.rwMode(),
        c.mode(),
        c.bcd(),
        c.gate(),
        nanos);
  }
}

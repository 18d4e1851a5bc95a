package dev.spore.vmm.state;

import dev.spore.format.state.IoapicState;
import dev.spore.format.state.PicState;
import dev.spore.format.state.PitChannel;
import dev.spore.format.state.PitState;
import dev.spore.kvm.Ioapic;
import dev.spore.kvm.KvmConst;
import dev.spore.kvm.Pic;
import dev.spore.kvm.Pit;

/** Interrupt controllers and timer as KVM keeps them and as a spore does. */
final class ChipRecords {
  private static final int IOAPIC_INPUTS_MASK = (1 << IoapicState.INPUTS) - 1;

  private ChipRecords() {}

  static PicState state(Pic p) {
    return new PicState(
        p.lastIrr(),
        p.irr(),
        p.imr(),
        p.isr(),
        p.priorityAdd(),
        p.irqBase(),
        p.readRegSelect(),
        p.poll(),
        p.specialMask(),
        p.initState(),
        p.autoEoi(),
        p.rotateOnAutoEoi(),
        p.specialFullyNestedMode(),
        p.init4(),
        p.elcr(),
        p.elcrMask());
  }

  static Pic pic(PicState p) {
    return new Pic(
        p.lastIrr(),
        p.irr(),
        p.imr(),
        p.isr(),
        p.priorityAdd(),
        p.irqBase(),
        p.readRegisterSelect(),
        p.poll(),
        p.specialMask(),
        p.initState(),
        p.autoEoi(),
        p.rotateOnAutoEoi(),
        p.specialFullyNested(),
        p.init4(),
        p.elcr(),
        p.elcrMask());
  }

  static IoapicState state(Ioapic i) {
    return new IoapicState(
        i.base(), i.select(), i.id(), i.irr() & IOAPIC_INPUTS_MASK, i.redirections());
  }

  static Ioapic ioapic(IoapicState i) {
    return new Ioapic(i.base(), i.select(), i.id(), i.irr(), i.redirections());
  }

  static PitState state(Pit p) {
    return new PitState(
        (p.flags() & KvmConst.PIT_FLAGS_HPET_LEGACY) != 0,
        (p.flags() & KvmConst.PIT_FLAGS_SPEAKER_DATA_ON) != 0,
        p.channels().stream().map(ChipRecords::state).toList());
  }

  static Pit pit(PitState p) {
    int flags =
        (p.hpetLegacy() ? KvmConst.PIT_FLAGS_HPET_LEGACY : 0)
            | (p.speakerOn() ? KvmConst.PIT_FLAGS_SPEAKER_DATA_ON : 0);
    return new Pit(flags, p.channels().stream().map(ChipRecords::channel).toList());
  }

  private static PitChannel state(Pit.Channel c) {
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
        c.bcd() != 0,
        c.gate() != 0,
        c.loadNanos());
  }

  private static Pit.Channel channel(PitChannel c) {
    return new Pit.Channel(
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
        c.bcd() ? 1 : 0,
        c.gate() ? 1 : 0,
        c.loadNanos());
  }
}

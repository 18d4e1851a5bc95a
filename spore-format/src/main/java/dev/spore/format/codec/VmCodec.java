package dev.spore.format.codec;

import dev.spore.format.FormatLimits;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;
import dev.spore.format.state.ClockState;
import dev.spore.format.state.CpuidLeaf;
import dev.spore.format.state.IoapicState;
import dev.spore.format.state.PicState;
import dev.spore.format.state.PitChannel;
import dev.spore.format.state.PitState;
import dev.spore.format.state.UartState;
import dev.spore.format.state.VmState;

/** What a machine has once. */
final class VmCodec {
  private VmCodec() {}

  static CpuidLeaf readCpuid(JsonIn in) {
    return in.end(
        new CpuidLeaf(
            in.u32("function"),
            in.u32("subleaf"),
            in.flag("subleaf_matters"),
            in.hex32("eax"),
            in.hex32("ebx"),
            in.hex32("ecx"),
            in.hex32("edx")));
  }

  static void writeCpuid(JsonOut out, CpuidLeaf v) {
    out.hex32("function", v.function());
    out.hex32("subleaf", v.subleaf());
    out.flag("subleaf_matters", v.subleafMatters());
    out.hex32("eax", v.eax());
    out.hex32("ebx", v.ebx());
    out.hex32("ecx", v.ecx());
    out.hex32("edx", v.edx());
  }

  static ClockState readClock(JsonIn in) {
    return in.end(
        new ClockState(
            in.number("clock_nanos"),
            in.flag("tsc_stable"),
            in.numberOrNull("realtime_nanos"),
            in.hex64OrNull("host_tsc")));
  }

  static void writeClock(JsonOut out, ClockState v) {
    out.number("clock_nanos", v.clockNanos());
    out.flag("tsc_stable", v.tscStable());
    out.numberOrNull("realtime_nanos", v.realtimeNanos());
    out.hex64OrNull("host_tsc", v.hostTsc());
  }

  static PicState readPic(JsonIn in) {
    return in.end(
        new PicState(
            in.integer("last_irr"),
            in.integer("irr"),
            in.integer("imr"),
            in.integer("isr"),
            in.integer("priority_add"),
            in.integer("irq_base"),
            in.integer("read_register_select"),
            in.integer("poll"),
            in.integer("special_mask"),
            in.integer("init_state"),
            in.integer("auto_eoi"),
            in.integer("rotate_on_auto_eoi"),
            in.integer("special_fully_nested"),
            in.integer("init4"),
            in.integer("elcr"),
            in.integer("elcr_mask")));
  }

  static void writePic(JsonOut out, PicState v) {
    out.number("last_irr", v.lastIrr());
    out.number("irr", v.irr());
    out.number("imr", v.imr());
    out.number("isr", v.isr());
    out.number("priority_add", v.priorityAdd());
    out.number("irq_base", v.irqBase());
    out.number("read_register_select", v.readRegisterSelect());
    out.number("poll", v.poll());
    out.number("special_mask", v.specialMask());
    out.number("init_state", v.initState());
    out.number("auto_eoi", v.autoEoi());
    out.number("rotate_on_auto_eoi", v.rotateOnAutoEoi());
    out.number("special_fully_nested", v.specialFullyNested());
    out.number("init4", v.init4());
    out.number("elcr", v.elcr());
    out.number("elcr_mask", v.elcrMask());
  }

  static IoapicState readIoapic(JsonIn in) {
    return in.end(
        new IoapicState(
            in.hex64("base"),
            in.integer("select"),
            in.integer("id"),
            in.integer("irr"),
            in.hex64s("redirections", IoapicState.INPUTS)));
  }

  static void writeIoapic(JsonOut out, IoapicState v) {
    out.hex64("base", v.base());
    out.number("select", v.select());
    out.number("id", v.id());
    out.number("irr", v.irr());
    out.hex64s("redirections", v.redirections());
  }

  static PitChannel readChannel(JsonIn in) {
    return in.end(
        new PitChannel(
            in.number("count"),
            in.integer("latched_count"),
            in.integer("count_latched"),
            in.integer("status_latched"),
            in.integer("status"),
            in.integer("read_state"),
            in.integer("write_state"),
            in.integer("write_latch"),
            in.integer("rw_mode"),
            in.integer("mode"),
            in.flag("bcd"),
            in.flag("gate"),
            in.hex64("load_nanos")));
  }

  static void writeChannel(JsonOut out, PitChannel v) {
    out.number("count", v.count());
    out.number("latched_count", v.latchedCount());
    out.number("count_latched", v.countLatched());
    out.number("status_latched", v.statusLatched());
    out.number("status", v.status());
    out.number("read_state", v.readState());
    out.number("write_state", v.writeState());
    out.number("write_latch", v.writeLatch());
    out.number("rw_mode", v.rwMode());
    out.number("mode", v.mode());
    out.flag("bcd", v.bcd());
    out.flag("gate", v.gate());
    out.hex64("load_nanos", v.loadNanos());
  }

  static PitState readPit(JsonIn in) {
    return in.end(
        new PitState(
            in.flag("hpet_legacy"),
            in.flag("speaker_on"),
            in.list("channels", PitState.CHANNELS, VmCodec::readChannel)));
  }

  static void writePit(JsonOut out, PitState v) {
    out.flag("hpet_legacy", v.hpetLegacy());
    out.flag("speaker_on", v.speakerOn());
    out.list("channels", v.channels(), VmCodec::writeChannel);
  }

  static UartState readUart(JsonIn in) {
    return in.end(
        new UartState(
            in.integer("interrupt_enable"),
            in.integer("line_control"),
            in.integer("modem_control"),
            in.integer("scratch"),
            in.integer("divisor"),
            in.flag("fifo"),
            in.flag("transmit_empty_pending")));
  }

  static void writeUart(JsonOut out, UartState v) {
    out.number("interrupt_enable", v.interruptEnable());
    out.number("line_control", v.lineControl());
    out.number("modem_control", v.modemControl());
    out.number("scratch", v.scratch());
    out.number("divisor", v.divisor());
    out.flag("fifo", v.fifo());
    out.flag("transmit_empty_pending", v.transmitEmptyPending());
  }

  static VmState readVm(JsonIn in) {
    return in.end(
        new VmState(
            in.list("cpuid", FormatLimits.CPUID_LEAVES_MAX, VmCodec::readCpuid),
            VmCodec.readClock(in.object("clock")),
            VmCodec.readPic(in.object("pic_master")),
            VmCodec.readPic(in.object("pic_slave")),
            VmCodec.readIoapic(in.object("ioapic")),
            VmCodec.readPit(in.object("pit")),
            VmCodec.readUart(in.object("uart"))));
  }

  static void writeVm(JsonOut out, VmState v) {
    out.list("cpuid", v.cpuid(), VmCodec::writeCpuid);
    out.object("clock", v.clock(), VmCodec::writeClock);
    out.object("pic_master", v.picMaster(), VmCodec::writePic);
    out.object("pic_slave", v.picSlave(), VmCodec::writePic);
    out.object("ioapic", v.ioapic(), VmCodec::writeIoapic);
    out.object("pit", v.pit(), VmCodec::writePit);
    out.object("uart", v.uart(), VmCodec::writeUart);
  }
}

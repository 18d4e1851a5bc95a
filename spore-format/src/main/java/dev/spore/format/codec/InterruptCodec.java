package dev.spore.format.codec;

import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;
import dev.spore.format.state.LapicState;
import dev.spore.format.state.PendingEvents;
import dev.spore.format.state.VectorSet;

/** Local APIC and events under way in a vCPU. */
final class InterruptCodec {
  private InterruptCodec() {}

  static VectorSet readVectors(JsonIn in) {
    return in.end(
        new VectorSet(
            in.hex64("low"), in.hex64("mid_low"), in.hex64("mid_high"), in.hex64("high")));
  }

  static void writeVectors(JsonOut out, VectorSet v) {
    out.hex64("low", v.low());
    out.hex64("mid_low", v.midLow());
    out.hex64("mid_high", v.midHigh());
    out.hex64("high", v.high());
  }

  static LapicState readLapic(JsonIn in) {
    return in.end(
        new LapicState(
            in.hex32("id"),
            in.hex32("version"),
            in.hex32("task_priority"),
            in.hex32("arbitration_priority"),
            in.hex32("processor_priority"),
            in.hex32("logical_destination"),
            in.hex32("destination_format"),
            in.hex32("spurious_vector"),
            InterruptCodec.readVectors(in.object("isr")),
            InterruptCodec.readVectors(in.object("tmr")),
            InterruptCodec.readVectors(in.object("irr")),
            in.hex32("error_status"),
            in.hex32("lvt_cmci"),
            in.hex32("icr_low"),
            in.hex32("icr_high"),
            in.hex32("lvt_timer"),
            in.hex32("lvt_thermal"),
            in.hex32("lvt_performance"),
            in.hex32("lvt_lint0"),
            in.hex32("lvt_lint1"),
            in.hex32("lvt_error"),
            in.hex32("initial_count"),
            in.hex32("current_count"),
            in.hex32("divide")));
  }

  static void writeLapic(JsonOut out, LapicState v) {
    out.hex32("id", v.id());
    out.hex32("version", v.version());
    out.hex32("task_priority", v.taskPriority());
    out.hex32("arbitration_priority", v.arbitrationPriority());
    out.hex32("processor_priority", v.processorPriority());
    out.hex32("logical_destination", v.logicalDestination());
    out.hex32("destination_format", v.destinationFormat());
    out.hex32("spurious_vector", v.spuriousVector());
    out.object("isr", v.isr(), InterruptCodec::writeVectors);
    out.object("tmr", v.tmr(), InterruptCodec::writeVectors);
    out.object("irr", v.irr(), InterruptCodec::writeVectors);
    out.hex32("error_status", v.errorStatus());
    out.hex32("lvt_cmci", v.lvtCmci());
    out.hex32("icr_low", v.icrLow());
    out.hex32("icr_high", v.icrHigh());
    out.hex32("lvt_timer", v.lvtTimer());
    out.hex32("lvt_thermal", v.lvtThermal());
    out.hex32("lvt_performance", v.lvtPerformance());
    out.hex32("lvt_lint0", v.lvtLint0());
    out.hex32("lvt_lint1", v.lvtLint1());
    out.hex32("lvt_error", v.lvtError());
    out.hex32("initial_count", v.initialCount());
    out.hex32("current_count", v.currentCount());
    out.hex32("divide", v.divide());
  }

  static PendingEvents.Fault readFault(JsonIn in) {
    return in.end(
        new PendingEvents.Fault(
            in.flag("injected"),
            in.flag("pending"),
            in.integer("vector"),
            in.flag("has_error_code"),
            in.u32("error_code"),
            in.flag("has_payload"),
            in.hex64("payload")));
  }

  static void writeFault(JsonOut out, PendingEvents.Fault v) {
    out.flag("injected", v.injected());
    out.flag("pending", v.pending());
    out.number("vector", v.vector());
    out.flag("has_error_code", v.hasErrorCode());
    out.hex32("error_code", v.errorCode());
    out.flag("has_payload", v.hasPayload());
    out.hex64("payload", v.payload());
  }

  static PendingEvents.Interrupt readInterrupt(JsonIn in) {
    return in.end(
        new PendingEvents.Interrupt(
            in.flag("injected"),
            in.integer("vector"),
            in.flag("soft"),
            in.flag("sti_shadow"),
            in.flag("mov_ss_shadow")));
  }

  static void writeInterrupt(JsonOut out, PendingEvents.Interrupt v) {
    out.flag("injected", v.injected());
    out.number("vector", v.vector());
    out.flag("soft", v.soft());
    out.flag("sti_shadow", v.stiShadow());
    out.flag("mov_ss_shadow", v.movSsShadow());
  }

  static PendingEvents.Nmi readNmi(JsonIn in) {
    return in.end(
        new PendingEvents.Nmi(in.flag("injected"), in.integer("pending"), in.flag("masked")));
  }

  static void writeNmi(JsonOut out, PendingEvents.Nmi v) {
    out.flag("injected", v.injected());
    out.number("pending", v.pending());
    out.flag("masked", v.masked());
  }

  static PendingEvents.Smi readSmi(JsonIn in) {
    return in.end(
        new PendingEvents.Smi(
            in.flag("in_smm"), in.flag("pending"), in.flag("inside_nmi"), in.flag("latched_init")));
  }

  static void writeSmi(JsonOut out, PendingEvents.Smi v) {
    out.flag("in_smm", v.inSmm());
    out.flag("pending", v.pending());
    out.flag("inside_nmi", v.insideNmi());
    out.flag("latched_init", v.latchedInit());
  }

  static PendingEvents readEvents(JsonIn in) {
    return in.end(
        new PendingEvents(
            InterruptCodec.readFault(in.object("exception")),
            InterruptCodec.readInterrupt(in.object("interrupt")),
            InterruptCodec.readNmi(in.object("nmi")),
            in.integer("sipi_vector"),
            InterruptCodec.readSmi(in.object("smi")),
            in.flag("triple_fault")));
  }

  static void writeEvents(JsonOut out, PendingEvents v) {
    out.object("exception", v.exception(), InterruptCodec::writeFault);
    out.object("interrupt", v.interrupt(), InterruptCodec::writeInterrupt);
    out.object("nmi", v.nmi(), InterruptCodec::writeNmi);
    out.number("sipi_vector", v.sipiVector());
    out.object("smi", v.smi(), InterruptCodec::writeSmi);
    out.flag("triple_fault", v.tripleFault());
  }
}

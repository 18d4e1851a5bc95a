package dev.spore.format.codec;

import dev.spore.format.FormatLimits;
import dev.spore.format.json.JsonIn;
import dev.spore.format.json.JsonOut;
import dev.spore.format.state.ControlRegisters;
import dev.spore.format.state.DebugRegisters;
import dev.spore.format.state.ExtendedControl;
import dev.spore.format.state.GeneralRegisters;
import dev.spore.format.state.MsrValue;
import dev.spore.format.state.SegmentRegisters;
import dev.spore.format.state.SegmentState;
import dev.spore.format.state.TableState;
import dev.spore.format.state.XsaveComponent;
import dev.spore.format.state.XsaveState;

/** Registers a program sees, and the segments behind them. */
final class RegisterCodec {
  private RegisterCodec() {}

  static GeneralRegisters readGeneral(JsonIn in) {
    return in.end(
        new GeneralRegisters(
            in.hex64("rax"),
            in.hex64("rbx"),
            in.hex64("rcx"),
            in.hex64("rdx"),
            in.hex64("rsi"),
            in.hex64("rdi"),
            in.hex64("rsp"),
            in.hex64("rbp"),
            in.hex64("r8"),
            in.hex64("r9"),
            in.hex64("r10"),
            in.hex64("r11"),
            in.hex64("r12"),
            in.hex64("r13"),
            in.hex64("r14"),
            in.hex64("r15"),
            in.hex64("rip"),
            in.hex64("rflags")));
  }

  static void writeGeneral(JsonOut out, GeneralRegisters v) {
    out.hex64("rax", v.rax());
    out.hex64("rbx", v.rbx());
    out.hex64("rcx", v.rcx());
    out.hex64("rdx", v.rdx());
    out.hex64("rsi", v.rsi());
    out.hex64("rdi", v.rdi());
    out.hex64("rsp", v.rsp());
    out.hex64("rbp", v.rbp());
    out.hex64("r8", v.r8());
    out.hex64("r9", v.r9());
    out.hex64("r10", v.r10());
    out.hex64("r11", v.r11());
    out.hex64("r12", v.r12());
    out.hex64("r13", v.r13());
    out.hex64("r14", v.r14());
    out.hex64("r15", v.r15());
    out.hex64("rip", v.rip());
    out.hex64("rflags", v.rflags());
  }

  static SegmentState readSegment(JsonIn in) {
    return in.end(
        new SegmentState(
            in.hex64("base"),
            in.u32("limit"),
            in.integer("selector"),
            in.integer("type"),
            in.flag("present"),
            in.integer("dpl"),
            in.flag("db"),
            in.flag("s"),
            in.flag("l"),
            in.flag("g"),
            in.flag("avl"),
            in.flag("unusable")));
  }

  static void writeSegment(JsonOut out, SegmentState v) {
    out.hex64("base", v.base());
    out.hex32("limit", v.limit());
    out.number("selector", v.selector());
    out.number("type", v.type());
    out.flag("present", v.present());
    out.number("dpl", v.dpl());
    out.flag("db", v.db());
    out.flag("s", v.s());
    out.flag("l", v.l());
    out.flag("g", v.g());
    out.flag("avl", v.avl());
    out.flag("unusable", v.unusable());
  }

  static TableState readTable(JsonIn in) {
    return in.end(new TableState(in.hex64("base"), in.integer("limit")));
  }

  static void writeTable(JsonOut out, TableState v) {
    out.hex64("base", v.base());
    out.number("limit", v.limit());
  }

  static SegmentRegisters readSegments(JsonIn in) {
    return in.end(
        new SegmentRegisters(
            RegisterCodec.readSegment(in.object("cs")),
            RegisterCodec.readSegment(in.object("ds")),
            RegisterCodec.readSegment(in.object("es")),
            RegisterCodec.readSegment(in.object("fs")),
            RegisterCodec.readSegment(in.object("gs")),
            RegisterCodec.readSegment(in.object("ss")),
            RegisterCodec.readSegment(in.object("tr")),
            RegisterCodec.readSegment(in.object("ldt")),
            RegisterCodec.readTable(in.object("gdt")),
            RegisterCodec.readTable(in.object("idt"))));
  }

  static void writeSegments(JsonOut out, SegmentRegisters v) {
    out.object("cs", v.cs(), RegisterCodec::writeSegment);
    out.object("ds", v.ds(), RegisterCodec::writeSegment);
    out.object("es", v.es(), RegisterCodec::writeSegment);
    out.object("fs", v.fs(), RegisterCodec::writeSegment);
    out.object("gs", v.gs(), RegisterCodec::writeSegment);
    out.object("ss", v.ss(), RegisterCodec::writeSegment);
    out.object("tr", v.tr(), RegisterCodec::writeSegment);
    out.object("ldt", v.ldt(), RegisterCodec::writeSegment);
    out.object("gdt", v.gdt(), RegisterCodec::writeTable);
    out.object("idt", v.idt(), RegisterCodec::writeTable);
  }

  static ControlRegisters readControls(JsonIn in) {
    return in.end(
        new ControlRegisters(
            in.hex64("cr0"),
            in.hex64("cr2"),
            in.hex64("cr3"),
            in.hex64("cr4"),
            in.hex64("cr8"),
            in.hex64("efer"),
            in.hex64("apic_base")));
  }

  static void writeControls(JsonOut out, ControlRegisters v) {
    out.hex64("cr0", v.cr0());
    out.hex64("cr2", v.cr2());
    out.hex64("cr3", v.cr3());
    out.hex64("cr4", v.cr4());
    out.hex64("cr8", v.cr8());
    out.hex64("efer", v.efer());
    out.hex64("apic_base", v.apicBase());
  }

  static ExtendedControl readExtended(JsonIn in) {
    return in.end(new ExtendedControl(in.u32("index"), in.hex64("value")));
  }

  static void writeExtended(JsonOut out, ExtendedControl v) {
    out.hex32("index", v.index());
    out.hex64("value", v.value());
  }

  static MsrValue readMsr(JsonIn in) {
    return in.end(new MsrValue(in.u32("index"), in.hex64("value")));
  }

  static void writeMsr(JsonOut out, MsrValue v) {
    out.hex32("index", v.index());
    out.hex64("value", v.value());
  }

  static XsaveComponent readComponent(JsonIn in) {
    return in.end(
        new XsaveComponent(
            in.integer("number"), in.bytes("bytes", FormatLimits.XSAVE_COMPONENT_BYTES_MAX)));
  }

  static void writeComponent(JsonOut out, XsaveComponent v) {
    out.number("number", v.number());
    out.bytes("bytes", v.bytes());
  }

  static XsaveState readXsave(JsonIn in) {
    return in.end(
        new XsaveState(
            in.hex64("features"),
            in.bytes("legacy", XsaveState.LEGACY_BYTES),
            in.list("components", XsaveComponent.NUMBER_MAX, RegisterCodec::readComponent)));
  }

  static void writeXsave(JsonOut out, XsaveState v) {
    out.hex64("features", v.features());
    out.bytes("legacy", v.legacy());
    out.list("components", v.components(), RegisterCodec::writeComponent);
  }

  static DebugRegisters readDebug(JsonIn in) {
    return in.end(
        new DebugRegisters(
            in.hex64("db0"),
            in.hex64("db1"),
            in.hex64("db2"),
            in.hex64("db3"),
            in.hex64("dr6"),
            in.hex64("dr7")));
  }

  static void writeDebug(JsonOut out, DebugRegisters v) {
    out.hex64("db0", v.db0());
    out.hex64("db1", v.db1());
    out.hex64("db2", v.db2());
    out.hex64("db3", v.db3());
    out.hex64("dr6", v.dr6());
    out.hex64("dr7", v.dr7());
  }
}

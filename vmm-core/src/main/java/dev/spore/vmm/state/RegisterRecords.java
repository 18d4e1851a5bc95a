package dev.spore.vmm.state;

import dev.spore.format.state.ControlRegisters;
import dev.spore.format.state.DebugRegisters;
import dev.spore.format.state.GeneralRegisters;
import dev.spore.format.state.SegmentRegisters;
import dev.spore.format.state.SegmentState;
import dev.spore.format.state.TableState;
import dev.spore.format.state.VcpuState;
import dev.spore.kvm.DebugRegs;
import dev.spore.kvm.DescriptorTable;
import dev.spore.kvm.Regs;
import dev.spore.kvm.Segment;
import dev.spore.kvm.Sregs;

/** Registers as KVM groups them and as a spore does. */
final class RegisterRecords {
  private RegisterRecords() {}

  static GeneralRegisters general(Regs r) {
    return new GeneralRegisters(
        r.rax(),
        r.rbx(),
        r.rcx(),
        r.rdx(),
        r.rsi(),
        r.rdi(),
        r.rsp(),
        r.rbp(),
        r.r8(),
        r.r9(),
        r.r10(),
        r.r11(),
        r.r12(),
        r.r13(),
        r.r14(),
        r.r15(),
        r.rip(),
        r.rflags());
  }

  static Regs regs(GeneralRegisters r) {
    return new Regs(
        r.rax(),
        r.rbx(),
        r.rcx(),
        r.rdx(),
        r.rsi(),
        r.rdi(),
        r.rsp(),
        r.rbp(),
        r.r8(),
        r.r9(),
        r.r10(),
        r.r11(),
        r.r12(),
        r.r13(),
        r.r14(),
        r.r15(),
        r.rip(),
        r.rflags());
  }

  static SegmentRegisters segments(Sregs s) {
    return new SegmentRegisters(
        segment(s.cs()),
        segment(s.ds()),
        segment(s.es()),
        segment(s.fs()),
        segment(s.gs()),
        segment(s.ss()),
        segment(s.tr()),
        segment(s.ldt()),
        table(s.gdt()),
        table(s.idt()));
  }

  static ControlRegisters controls(Sregs s) {
    return new ControlRegisters(
        s.cr0(), s.cr2(), s.cr3(), s.cr4(), s.cr8(), s.efer(), s.apicBase());
  }

  static Sregs sregs(VcpuState state) {
    SegmentRegisters s = state.segments();
    ControlRegisters c = state.controls();
    return new Sregs(
        segment(s.cs()),
        segment(s.ds()),
        segment(s.es()),
        segment(s.fs()),
        segment(s.gs()),
        segment(s.ss()),
        segment(s.tr()),
        segment(s.ldt()),
        table(s.gdt()),
        table(s.idt()),
        c.cr0(),
        c.cr2(),
        c.cr3(),
        c.cr4(),
        c.cr8(),
        c.efer(),
        c.apicBase(),
        state.pendingInterrupt());
  }

  static DebugRegisters debug(DebugRegs d) {
    return new DebugRegisters(d.db0(), d.db1(), d.db2(), d.db3(), d.dr6(), d.dr7());
  }

  static DebugRegs debugRegs(DebugRegisters d) {
    return new DebugRegs(d.db0(), d.db1(), d.db2(), d.db3(), d.dr6(), d.dr7(), 0);
  }

  private static SegmentState segment(Segment s) {
    return new SegmentState(
        s.base(),
        s.limit(),
        s.selector(),
        s.type(),
        s.present(),
        s.dpl(),
        s.db(),
        s.s(),
        s.l(),
        s.g(),
        s.avl(),
        s.unusable());
  }

  private static Segment segment(SegmentState s) {
    return new Segment(
        s.base(),
        s.limit(),
        s.selector(),
        s.type(),
        s.present(),
        s.dpl(),
        s.db(),
        s.s(),
        s.l(),
        s.g(),
        s.avl(),
        s.unusable());
  }

  private static TableState table(DescriptorTable t) {
    return new TableState(t.base(), t.limit());
  }

  private static DescriptorTable table(TableState t) {
    return new DescriptorTable(t.base(), t.limit());
  }
}

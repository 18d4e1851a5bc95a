package dev.spore.vmm.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.format.state.Activity;
import dev.spore.format.state.MachineState;
import dev.spore.format.state.VcpuState;
import dev.spore.kvm.DebugRegs;
import dev.spore.kvm.Ioapic;
import dev.spore.kvm.KvmConst;
import dev.spore.kvm.Lapic;
import dev.spore.kvm.Lapic.Register;
import dev.spore.kvm.MpState;
import dev.spore.kvm.Msr;
import dev.spore.kvm.Pic;
import dev.spore.kvm.Pit;
import dev.spore.kvm.VcpuEvents;
import dev.spore.kvm.VcpuFd;
import dev.spore.kvm.Xcr;
import dev.spore.kvm.testing.RequiresKvm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A machine goes on in another VM as if nothing had happened. */
@RequiresKvm
final class RestoredMachineTest {
  private static final long IF = 0x202;
  private static final int GENERAL_PROTECTION = 13;
  private static final int SVR_ENABLED = 0x1ff;
  private static final int MODE_TSC_DEADLINE = 2 << 17;

  /** Stores what it finds in its registers at {@link StateVm#DATA}. */
  private static final String OBSERVE =
      "4c 89 04 25 00300000" // mov [0x3000], r8
          + "4c 89 3c 25 08300000" // mov [0x3008], r15
          + "0f 20 d0" // mov rax, cr2
          + "48 89 04 25 10300000" // mov [0x3010], rax
          + "0f 21 d8" // mov rax, dr3
          + "48 89 04 25 18300000" // mov [0x3018], rax
          + "b9 820000c0" // mov ecx, LSTAR
          + "0f 32" // rdmsr
          + "89 04 25 20300000" // mov [0x3020], eax
          + "89 14 25 24300000" // mov [0x3024], edx
          + "e6 80"; // out 0x80, al

  private static final String ON_INTERRUPT = "b0 77 e6 81"; // mov al, 0x77; out 0x81, al
  private static final String HALT = "f4 e6 80"; // hlt; out 0x80, al

  @Test
  void guestFindsItsRegisters() {
    try (StateVm source = new StateVm(1)) {
      source.code(StateVm.CODE, OBSERVE);
      source.longMode(2);
      VcpuFd vcpu = source.first();
      vcpu.setSregs(vcpu.getSregs().toBuilder().cr2(0x7fff_1234_5000L).build());
      vcpu.setDebugRegs(new DebugRegs(0x11, 0x22, 0x33, 0x44_5566, 0xffff_0ff1L, 0x400, 0));
      vcpu.setMsrs(List.of(new Msr(0xc000_0082, 0xffff_ffff_8160_0000L)));
      try (StateVm copy = source.copy()) {
        assertThat(copy.runToPort(copy.first())).isEqualTo(0x80);
        assertThat(copy.data(0)).isEqualTo(0x8888_0000_1111L);
        assertThat(copy.data(8)).isEqualTo(0xf0f0_f0f0_1234_5678L);
        assertThat(copy.data(0x10)).isEqualTo(0x7fff_1234_5000L);
        assertThat(copy.data(0x18)).isEqualTo(0x44_5566);
        assertThat(copy.data(0x20)).isEqualTo(0xffff_ffff_8160_0000L);
        assertThat(source.data(0)).as("the source, which did not run").isZero();
      }
    }
  }

  @Test
  void upperHalvesOfYmmRegistersSurvive() {
    try (StateVm source = new StateVm(1)) {
      VcpuFd vcpu = source.first();
      vcpu.setXcrs(List.of(new Xcr(0, 7)));
      byte[] area = vcpu.getXsave();
      ByteBuffer xsave = ByteBuffer.wrap(area).order(ByteOrder.LITTLE_ENDIAN);
      // Not its initial value: the processor keeps no component that has that.
      xsave.putShort(0, (short) 0x27f);
      xsave.putLong(512, 7);
      xsave.putLong(160, 0x1111_2222_3333_4444L);
      xsave.putLong(576, 0x5555_6666_7777_8888L);
      vcpu.setXsave(area);
      MachineState saved = source.save();
      assertThat(saved.vcpus().getFirst().xsave().features()).isEqualTo(7);
      try (StateVm copy = source.copy()) {
        ByteBuffer found = ByteBuffer.wrap(copy.first().getXsave()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(found.getLong(160)).isEqualTo(0x1111_2222_3333_4444L);
        assertThat(found.getLong(576)).isEqualTo(0x5555_6666_7777_8888L);
        assertThat(copy.first().getXcrs()).contains(new Xcr(0, 7));
      }
    }
  }

  @Test
  void chipsKeepWhatTheyWereProgrammedWith() {
    try (StateVm source = new StateVm(1)) {
      Pic pic = pic(0xfb);
      source.vm.setPic(KvmConst.IRQCHIP_PIC_MASTER, pic);
      Pit idle = source.vm.getPit();
      Pit.Channel speaker = new Pit.Channel(0x4a9, 0x123, 1, 1, 0xb6, 2, 3, 0x42, 3, 3, 0, 0, 0);
      source.vm.setPit(
          new Pit(2, List.of(idle.channels().get(0), idle.channels().get(1), speaker)));
      source.vm.setIoapic(ioapic(5, 0x0300_0000_0001_8931L));
      try (StateVm copy = source.copy()) {
        assertThat(copy.vm.getPic(KvmConst.IRQCHIP_PIC_MASTER)).isEqualTo(pic);
        assertThat(copy.vm.getIoapic()).isEqualTo(source.vm.getIoapic());
        assertThat(copy.vm.getPit().flags()).isEqualTo(2);
        assertThat(copy.vm.getPit().channels().get(2).count()).isEqualTo(0x4a9);
      }
    }
  }

  @Test
  void haltedGuestWakesForTheInterruptThatWaited() {
    try (StateVm source = new StateVm(1)) {
      haltWithApic(source, 0);
      source.vm.setPic(KvmConst.IRQCHIP_PIC_MASTER, pic(0xff));
      source.vm.setIoapic(ioapic(4, 0x40));
      source.vm.irqLine(4, true);
      source.vm.irqLine(4, false);
      MachineState saved = source.save();
      VcpuState vcpu = saved.vcpus().getFirst();
      assertThat(vcpu.activity()).isEqualTo(Activity.HALTED);
      assertThat(vcpu.lapic().irr().midLow()).isEqualTo(1);
      try (StateVm copy = source.copy()) {
        assertThat(copy.runToPort(copy.first())).isEqualTo(0x81);
        assertThat(copy.first().runPage().ioValue(0)).isEqualTo(0x77);
      }
    }
  }

  @Test
  void haltedGuestWithoutInterruptSleepsOn() {
    try (StateVm source = new StateVm(1)) {
      haltWithApic(source, 0);
      try (StateVm copy = source.copy()) {
        assertThat(copy.runToPort(copy.first(), 100, TimeUnit.MILLISECONDS)).isEqualTo(-1);
        assertThat(copy.first().getMpState()).isEqualTo(MpState.HALTED);
      }
    }
  }

  @Test
  void runningTimerRunsOutInTheCopy() {
    try (StateVm source = new StateVm(1)) {
      haltWithApic(source, 0);
      Lapic lapic = source.first().getLapic();
      lapic.set(Register.LVT_TIMER, 0x40);
      lapic.set(Register.DIVIDE, 0xb);
      lapic.set(Register.INITIAL_COUNT, 200_000_000);
      lapic.set(Register.CURRENT_COUNT, 200_000_000);
      source.first().setLapic(lapic);
      MachineState saved = source.save();
      assertThat(saved.vcpus().getFirst().lapic().currentCount()).isPositive();
      try (StateVm copy = source.copy()) {
        assertThat(copy.runToPort(copy.first())).isEqualTo(0x81);
      }
    }
  }

  @Test
  void deadlineOfTheCounterPassesInTheCopy() {
    try (StateVm source = new StateVm(1)) {
      haltWithApic(source, MODE_TSC_DEADLINE | 0x40);
      long now = source.first().getMsrs(0x10).getFirst().value();
      long deadline = now + source.first().tscKhz() * 500L;
      source.first().setMsrs(List.of(new Msr(0x6e0, deadline)));
      assertThat(source.first().tryGetMsr(0x6e0)).hasValue(deadline);
      try (StateVm copy = source.copy()) {
        assertThat(copy.runToPort(copy.first())).isEqualTo(0x81);
      }
    }
  }

  @Test
  void deadlineFarAheadDoesNotPassAtOnce() {
    try (StateVm source = new StateVm(1)) {
      haltWithApic(source, MODE_TSC_DEADLINE | 0x40);
      long now = source.first().getMsrs(0x10).getFirst().value();
      long deadline = now + source.first().tscKhz() * 3_600_000L;
      source.first().setMsrs(List.of(new Msr(0x6e0, deadline)));
      try (StateVm copy = source.copy()) {
        assertThat(copy.runToPort(copy.first(), 100, TimeUnit.MILLISECONDS)).isEqualTo(-1);
        assertThat(copy.first().tryGetMsr(0x6e0).orElseThrow()).isNotZero();
      }
    }
  }

  @Test
  void exceptionUnderWayIsDeliveredOnce() {
    try (StateVm source = new StateVm(1)) {
      source.code(StateVm.CODE, "e6 80");
      source.code(StateVm.HANDLER, "58 " + ON_INTERRUPT); // pop rax
      source.longMode(2);
      source.gate(GENERAL_PROTECTION);
      VcpuEvents events = source.first().getVcpuEvents();
      source
          .first()
          .setVcpuEvents(events.withException(VcpuEvents.Fault.inject(GENERAL_PROTECTION, 0x1230)));
      MachineState saved = source.save();
      assertThat(saved.vcpus().getFirst().events().exception().injected()).isTrue();
      try (StateVm copy = source.copy()) {
        assertThat(copy.runToPort(copy.first())).isEqualTo(0x81);
        assertThat(copy.first().getVcpuEvents().exception().injected()).isFalse();
      }
    }
  }

  @Test
  void waitingProcessorIsStartedByTheRestoredOne() {
    try (StateVm source = new StateVm(2)) {
      source.code(
          StateVm.CODE,
          "bb 0000e0fe", // mov ebx, APIC
          "c7 83 10030000 00000001", // mov dword [rbx+0x310], 1 << 24
          "c7 83 00030000 00450000", // mov dword [rbx+0x300], INIT
          "e6 80", // out 0x80, al
          "c7 83 00030000 08460000", // mov dword [rbx+0x300], SIPI at 0x8000
          "e6 81"); // out 0x81, al
      source.code(StateVm.AP_CODE, "b0 5a e6 82"); // mov al, 0x5a; out 0x82, al
      source.longMode(2);
      Lapic lapic = source.first().getLapic();
      lapic.set(Register.SPURIOUS_VECTOR, SVR_ENABLED);
      source.first().setLapic(lapic);
      assertThat(source.save().vcpus().get(1).activity()).isEqualTo(Activity.UNINITIALIZED);
      try (StateVm before = source.copy()) {
        assertThat(before.runToPort(before.first())).isEqualTo(0x80);
        assertThat(before.save().vcpus().get(1).activity()).isEqualTo(Activity.INIT_RECEIVED);
        try (StateVm between = before.copy()) {
          assertThat(between.runToPort(between.first())).isEqualTo(0x81);
          VcpuFd ap = between.vcpus.get(1);
          assertThat(between.runToPort(ap)).isEqualTo(0x82);
          assertThat(ap.runPage().ioValue(0)).isEqualTo(0x5a);
        }
      }
    }
  }

  @Test
  void clockGoesOnWhereItStoodHoweverLongTheMachineWasSaved() {
    try (StateVm source = new StateVm(1);
        StateVm copy = new StateVm(1)) {
      MachineState saved = StateEdits.clock(source.save(), 1L << 50);
      copy.restore(saved);
      copy.readBack(saved);
      long clock = copy.vm.getClock().clockNanos();
      assertThat(clock).isBetween(1L << 50, (1L << 50) + TimeUnit.DAYS.toNanos(1));
    }
  }

  @Test
  void copyOfACopyIsTheSame() {
    try (StateVm source = new StateVm(1)) {
      source.code(StateVm.CODE, OBSERVE);
      source.longMode(2);
      MachineState original = source.save();
      try (StateVm first = source.copy();
          StateVm second = first.copy();
          StateVm third = second.copy()) {
        third.readBack(original);
        assertThat(third.runToPort(third.first())).isEqualTo(0x80);
      }
    }
  }

  /** Halted with interrupts on and the local APIC enabled. */
  private static void haltWithApic(StateVm source, int lvtTimer) {
    source.code(StateVm.CODE, HALT);
    source.code(StateVm.HANDLER, ON_INTERRUPT);
    source.longMode(IF);
    Lapic lapic = source.first().getLapic();
    lapic.set(Register.SPURIOUS_VECTOR, SVR_ENABLED);
    if (lvtTimer != 0) {
      lapic.set(Register.LVT_TIMER, lvtTimer);
    }
    source.first().setLapic(lapic);
    while (source.first().getMpState() != MpState.HALTED) {
      assertThat(source.runToPort(source.first(), 10, TimeUnit.MILLISECONDS)).isEqualTo(-1);
    }
  }

  private static Pic pic(int mask) {
    return new Pic(0, 0, mask, 0, 3, 0x20, 1, 0, 1, 0, 0, 1, 1, 1, 0x20, 0xf8);
  }

  private static Ioapic ioapic(int input, long entry) {
    List<Long> table = new ArrayList<>(Collections.nCopies(Ioapic.INPUTS, 1L << 16));
    table.set(input, entry);
    return new Ioapic(0xfec0_0000L, 0x10, 0, 0, table);
  }
}

package dev.spore.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.kvm.testing.RequiresKvm;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is set in a vCPU is what KVM gives back. */
@RequiresKvm
final class VcpuStateTest {
  private static final int MSR_SYSENTER_CS = 0x174;
  private static final int MSR_NONE = 0x12345;

  private static VmFd withIrqchip(Kvm kvm) {
    VmFd vm = kvm.createVm();
    vm.setTssAddr(0xfffb_d000L);
    vm.setIdentityMapAddr(0xfffb_c000L);
    vm.createIrqchip();
    vm.createPit2();
    return vm;
  }

  @Test
  void generalRegistersRoundTripInBothForms() {
    try (TinyGuest guest = new TinyGuest("f4")) {
      Regs regs = new Regs(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 2);
      guest.vcpu.setRegs(regs);
      assertThat(guest.vcpu.getRegs()).isEqualTo(regs);
      RegFile file = guest.vcpu.regFile();
      file.load();
      // Numbers of the instruction encoding: 3 is RBX, 1 is RCX, 4 is RSP.
      assertThat(file.get(3)).isEqualTo(2);
      assertThat(file.get(1)).isEqualTo(3);
      assertThat(file.get(4)).isEqualTo(7);
      assertThat(file.get(15)).isEqualTo(16);
      assertThat(file.rip()).isEqualTo(17);
      assertThat(file.rflags()).isEqualTo(2);
      file.set(0, -1);
      file.setRip(0x1000);
      file.store();
      assertThat(guest.vcpu.getRegs().rax()).isEqualTo(-1);
      assertThat(guest.vcpu.getRegs().rip()).isEqualTo(0x1000);
    }
  }

  @Test
  void segmentAndControlRegistersRoundTrip() {
    try (TinyGuest guest = new TinyGuest("f4")) {
      Sregs sregs =
          guest.vcpu.getSregs().toBuilder()
              .gdt(new DescriptorTable(0x500, 0x1f))
              .idt(new DescriptorTable(0x600, 0xffff))
              .cr2(0xabcd)
              .build();
      guest.vcpu.setSregs(sregs);
      assertThat(guest.vcpu.getSregs()).isEqualTo(sregs);
      assertThat(sregs.pendingInterrupt()).isEqualTo(Sregs.NO_INTERRUPT);
    }
  }

  @Test
  void opaqueStateRoundTrips() {
    try (Kvm kvm = Kvm.open();
        VmFd vm = withIrqchip(kvm);
        VcpuFd vcpu = vm.createVcpu(0)) {
      vcpu.setCpuid2(kvm.supportedCpuid());
      assertThat(vcpu.getXsave()).hasSize(vcpu.xsaveBytes());
      byte[] xsave = vcpu.getXsave();
      vcpu.setXsave(xsave);
      assertThat(vcpu.getXsave()).isEqualTo(xsave);
      vcpu.setXcrs(vcpu.getXcrs());
      assertThat(vcpu.getXcrs()).isNotEmpty().first().extracting(Xcr::index).isEqualTo(0);
      vcpu.setFpu(vcpu.getFpu());
      vcpu.setLapic(vcpu.getLapic());
      vcpu.setDebugRegs(vcpu.getDebugRegs());
      vcpu.setVcpuEvents(vcpu.getVcpuEvents());
      assertThat(vcpu.getMpState()).isEqualTo(MpState.RUNNABLE);
      vcpu.setMpState(MpState.RUNNABLE);
      assertThat(vcpu.tscKhz()).isPositive();
      assertThat(vcpu.kvmclockCtrl()).isFalse();
      assertThat(vcpu.getCpuid2()).hasSameSizeAs(kvm.supportedCpuid());
      vcpu.nmi();
      assertThat(vcpu.getVcpuEvents().nmi().pending()).isPositive();
      ClockData clock = vm.getClock();
      vm.setClock(new ClockData(clock.clockNanos(), 0, 0, 0));
      assertThat(vm.getClock().clockNanos()).isGreaterThanOrEqualTo(clock.clockNanos());
    }
  }

  @Test
  void chipsReadBackAsWritten() {
    try (Kvm kvm = Kvm.open();
        VmFd vm = withIrqchip(kvm);
        VcpuFd vcpu = vm.createVcpu(0)) {
      Pic pic = new Pic(0, 0, 0xfb, 0, 3, 0x20, 1, 0, 1, 0, 1, 1, 1, 1, 0x20, 0xf8);
      vm.setPic(KvmConst.IRQCHIP_PIC_MASTER, pic);
      assertThat(vm.getPic(KvmConst.IRQCHIP_PIC_MASTER)).isEqualTo(pic);
      assertThat(vm.getPic(KvmConst.IRQCHIP_PIC_SLAVE)).isNotEqualTo(pic);

      List<Long> table = new ArrayList<>(Collections.nCopies(Ioapic.INPUTS, 1L << 16));
      table.set(5, 0x0300_0000_0001_8931L);
      table.set(Ioapic.INPUTS - 1, 0x0100_0000_0001_0040L);
      Ioapic ioapic = new Ioapic(0xfec0_0000L, 0x10, 2, 0, table);
      vm.setIoapic(ioapic);
      assertThat(vm.getIoapic()).isEqualTo(ioapic);

      Pit.Channel idle = new Pit.Channel(0x10000, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 1, 0);
      Pit.Channel speaker = new Pit.Channel(0x4a9, 0x123, 1, 1, 0xb6, 2, 3, 0x42, 3, 3, 0, 0, 0);
      vm.setPit(new Pit(KvmConst.PIT_FLAGS_SPEAKER_DATA_ON, List.of(idle, idle, speaker)));
      Pit pit = vm.getPit();
      assertThat(pit.flags()).isEqualTo(KvmConst.PIT_FLAGS_SPEAKER_DATA_ON);
      assertThat(pit.channels().get(2))
          .usingRecursiveComparison()
          .ignoringFields("loadNanos")
          .isEqualTo(speaker);

      Lapic lapic = vcpu.getLapic();
      lapic.set(Lapic.Register.LVT_TIMER, 0x200ec);
      lapic.set(Lapic.Vectors.REQUESTED, 3, 1L << (0xec - 192));
      vcpu.setLapic(lapic);
      assertThat(vcpu.getLapic().get(Lapic.Register.LVT_TIMER)).isEqualTo(0x200ec);
      assertThat(vcpu.getLapic().get(Lapic.Vectors.REQUESTED, 3)).isEqualTo(1L << 44);
      assertThat(vcpu.getLapic().get(Lapic.Vectors.REQUESTED, 0)).isZero();
    }
  }

  @Test
  void settingMsrsStopsAtTheRefusedOne() {
    try (TinyGuest guest = new TinyGuest("f4")) {
      Msr before = new Msr(MSR_SYSENTER_CS, 0x18);
      Msr after = new Msr(0x175, 0x99);
      assertThat(guest.vcpu.trySetMsrs(List.of(before, new Msr(MSR_NONE, 1), after))).isEqualTo(1);
      assertThat(guest.vcpu.tryGetMsr(MSR_SYSENTER_CS)).hasValue(0x18);
      assertThat(guest.vcpu.tryGetMsr(0x175)).hasValue(0);
    }
  }

  @Test
  void chipsOfAnotherShapeAreRefused() {
    assertThatThrownBy(() -> new Ioapic(0, 0, 0, 0, List.of(1L)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Pit(0, List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void secondVcpuWaitsUninitialized() {
    try (Kvm kvm = Kvm.open();
        VmFd vm = withIrqchip(kvm);
        VcpuFd boot = vm.createVcpu(0);
        VcpuFd second = vm.createVcpu(1)) {
      assertThat(boot.getMpState()).isEqualTo(MpState.RUNNABLE);
      assertThat(second.getMpState()).isEqualTo(MpState.UNINITIALIZED);
    }
  }

  @Test
  void msrsRoundTripAndTheRefusedOneIsNamed() {
    try (TinyGuest guest = new TinyGuest("f4")) {
      List<Msr> set = List.of(new Msr(MSR_SYSENTER_CS, 0x10), new Msr(0x175, 0x1234));
      guest.vcpu.setMsrs(set);
      assertThat(guest.vcpu.getMsrs(MSR_SYSENTER_CS, 0x175)).isEqualTo(set);
      assertThat(guest.vcpu.tryGetMsr(MSR_SYSENTER_CS)).hasValue(0x10);
      assertThat(guest.vcpu.tryGetMsr(MSR_NONE)).isEmpty();
      assertThatThrownBy(() -> guest.vcpu.getMsrs(MSR_SYSENTER_CS, MSR_NONE))
          .isInstanceOf(KvmException.class)
          .hasMessageContaining("KVM_GET_MSRS on vcpu 0 msr 0x12345");
      assertThat(guest.kvm.msrIndexList()).contains(MSR_SYSENTER_CS);
    }
  }

  @Test
  void stateOfTheWrongSizeIsRefused() {
    try (TinyGuest guest = new TinyGuest("f4")) {
      assertThatThrownBy(() -> guest.vcpu.setXsave(new byte[17]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> guest.vcpu.setFpu(new byte[0]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void translateWithoutPagingIsIdentity() {
    try (TinyGuest guest = new TinyGuest("f4")) {
      Translation translation = guest.vcpu.translate(0x2345);
      assertThat(translation.valid()).isTrue();
      assertThat(translation.physical()).isEqualTo(0x2345);
    }
  }

  @Test
  void injectedExceptionIsDeliveredThroughTheVectorTable() {
    // The vector of #BP at 0x000c points to 0000:1100, where code halts with AL = 9.
    try (TinyGuest guest = new TinyGuest("f4")) {
      guest.ram.segment().set(ValueLayout.JAVA_INT, 3 * 4, 0x1100);
      byte[] handler = {(byte) 0xb0, 9, (byte) 0xf4};
      MemorySegment.copy(
          MemorySegment.ofArray(handler), 0, guest.ram.segment(), 0x1100, handler.length);
      VcpuEvents events = guest.vcpu.getVcpuEvents();
      guest.vcpu.setVcpuEvents(events.withException(VcpuEvents.Fault.inject(3)));
      assertThat(guest.vcpu.run()).isZero();
      assertThat(guest.runPage().exitReason()).isEqualTo(KvmExit.HLT);
      assertThat(guest.vcpu.getRegs().rax() & 0xff).isEqualTo(9);
    }
  }

  @Test
  void singleStepStopsAfterOneInstruction() {
    // nop; nop; hlt
    try (TinyGuest guest = new TinyGuest("90 90 f4")) {
      guest.vcpu.setGuestDebug(KvmConst.GUESTDBG_ENABLE | KvmConst.GUESTDBG_SINGLESTEP);
      assertThat(guest.vcpu.run()).isZero();
      assertThat(guest.runPage().exitReason()).isEqualTo(KvmExit.DEBUG);
      assertThat(guest.vcpu.getRegs().rip()).isEqualTo(TinyGuest.CODE + 1);
    }
  }
}

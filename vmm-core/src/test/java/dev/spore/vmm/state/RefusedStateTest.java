package dev.spore.vmm.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spore.format.Bytes;
import dev.spore.format.state.ControlRegisters;
import dev.spore.format.state.DebugRegisters;
import dev.spore.format.state.LapicState;
import dev.spore.format.state.MachineState;
import dev.spore.format.state.MsrInventory;
import dev.spore.format.state.PendingEvents;
import dev.spore.format.state.VcpuState;
import dev.spore.format.state.VectorSet;
import dev.spore.format.state.XsaveComponent;
import dev.spore.format.state.XsaveState;
import dev.spore.kvm.KvmCap;
import dev.spore.kvm.Lapic;
import dev.spore.kvm.Msr;
import dev.spore.kvm.Pic;
import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** State that is damaged or needs another host is refused by name and never run. */
@RequiresKvm
final class RefusedStateTest {
  private StateVm source;
  private StateVm target;
  private VcpuState good;

  @BeforeEach
  void save() {
    source = new StateVm(1);
    source.longMode(2);
    good = source.save().vcpus().getFirst();
    target = new StateVm(1);
  }

  @AfterEach
  void close() {
    source.close();
    target.close();
  }

  private void refused(ErrorCode code, String what, UnaryOperator<StateEdits.Vcpu> edit) {
    VcpuState bad = edit.apply(new StateEdits.Vcpu(good)).build();
    assertThatThrownBy(() -> target.states.restore(target.first(), bad))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining(what)
        .extracting(e -> ((SporeException) e).code())
        .isEqualTo(code);
  }

  private ControlRegisters controls(long cr0, long cr4, long efer) {
    ControlRegisters c = good.controls();
    return new ControlRegisters(cr0, c.cr2(), c.cr3(), cr4, c.cr8(), efer, c.apicBase());
  }

  @Test
  void unchangedStateIsAccepted() {
    target.states.restore(target.first(), good);
    target.states.readBack(target.first(), good);
  }

  @Test
  void longModeWithoutPhysicalAddressExtension() {
    ControlRegisters bad = controls(good.controls().cr0(), 0, good.controls().efer());
    refused(ErrorCode.OBJECT_INVALID, "vcpus[0].controls", v -> v.controls(bad));
  }

  @Test
  void longModeActiveWithoutPaging() {
    ControlRegisters bad = controls(0x11, good.controls().cr4(), good.controls().efer());
    refused(ErrorCode.OBJECT_INVALID, "vcpus[0].controls", v -> v.controls(bad));
  }

  @Test
  void reservedBitOfCr4() {
    ControlRegisters c = good.controls();
    ControlRegisters bad = controls(c.cr0(), c.cr4() | 1L << 15, c.efer());
    refused(ErrorCode.OBJECT_INVALID, "vcpus[0].controls", v -> v.controls(bad));
  }

  @Test
  void avxWithoutSse() {
    refused(ErrorCode.OBJECT_INVALID, "vcpus[0].extended_controls", v -> v.xcr0(5));
  }

  @Test
  void reservedBitOfMxcsr() {
    byte[] legacy = good.xsave().legacy().toArray();
    legacy[27] = (byte) 0x80;
    XsaveState bad = new XsaveState(2, Bytes.of(legacy), List.of());
    refused(ErrorCode.OBJECT_INVALID, "vcpus[0].xsave", v -> v.xsave(bad));
  }

  @Test
  void xsaveComponentThisHostLacks() {
    XsaveComponent component = new XsaveComponent(60, Bytes.of(new byte[64]));
    XsaveState bad = new XsaveState(1L << 60, good.xsave().legacy(), List.of(component));
    refused(ErrorCode.HOST_UNSUPPORTED, "no XSAVE component 60", v -> v.xsave(bad));
  }

  @Test
  void xsaveComponentOfAnotherSize() {
    XsaveComponent component = new XsaveComponent(2, Bytes.of(new byte[255]));
    XsaveState bad = new XsaveState(4, good.xsave().legacy(), List.of(component));
    refused(ErrorCode.HOST_UNSUPPORTED, "255 bytes but 256", v -> v.xsave(bad));
  }

  @Test
  void msrThisHostLacksIsNamedUnlessItHoldsNothing() {
    OptionalLong missing =
        Arrays.stream(MsrInventory.order())
            .filter(index -> target.first().tryGetMsr((int) index).isEmpty())
            .findFirst();
    assumeTrue(missing.isPresent(), "this host's KVM has every MSR of the inventory");
    long index = missing.getAsLong();
    refused(
        ErrorCode.HOST_UNSUPPORTED,
        "no MSR 0x%x, which holds 0x5".formatted(index),
        v -> v.msr(index, 5));
    VcpuState empty = new StateEdits.Vcpu(good).msr(index, 0).build();
    target.states.restore(target.first(), empty);
    target.states.readBack(target.first(), empty);
  }

  @Test
  void reservedBitOfTheMemoryTypes() {
    refused(ErrorCode.OBJECT_INVALID, "MSR 0x2ff cannot hold 0x100", v -> v.msr(0x2ff, 0x100));
  }

  @Test
  void upperHalfOfTheDebugControl() {
    DebugRegisters bad = new DebugRegisters(0, 0, 0, 0, 0xffff_0ff0L, 1L << 40 | 0x400);
    refused(ErrorCode.OBJECT_INVALID, "vcpus[0].debug", v -> v.debug(bad));
  }

  @Test
  void exceptionThatIsInjectedWithoutVector() {
    PendingEvents e = good.events();
    PendingEvents.Fault nmi = new PendingEvents.Fault(true, false, 2, false, 0, false, 0);
    PendingEvents bad =
        new PendingEvents(nmi, e.interrupt(), e.nmi(), e.sipiVector(), e.smi(), e.tripleFault());
    refused(ErrorCode.OBJECT_INVALID, "vcpus[0].events", v -> v.events(bad));
  }

  @Test
  void counterOfHalfTheSpeedWhereItCannotBeScaled() {
    assumeTrue(target.kvm.checkExtension(KvmCap.TSC_CONTROL) == 0, "KVM scales counters");
    refused(ErrorCode.HOST_UNSUPPORTED, "vcpus[0].tsc_khz", v -> v.tscKhz(good.tscKhz() / 2));
  }

  @Test
  void registerThatChangedAfterTheRestoreIsNamed() {
    target.states.restore(target.first(), good);
    target.first().setMsrs(List.of(new Msr(0x175, 0xbad)));
    assertThatThrownBy(() -> target.states.readBack(target.first(), good))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining("vcpus[0].msrs[0x175].value is 0x0, 0xbad once restored")
        .extracting(e -> ((SporeException) e).code())
        .isEqualTo(ErrorCode.HOST_UNSUPPORTED);
  }

  @Test
  void requestThatIsLostIsNoticedAndOneMoreIsNot() {
    LapicState l = good.lapic();
    target.states.restore(target.first(), good);
    Lapic more = target.first().getLapic();
    more.set(Lapic.Vectors.REQUESTED, 1, 1);
    target.first().setLapic(more);
    target.states.readBack(target.first(), good);
    VcpuState waiting =
        new StateEdits.Vcpu(good).lapic(StateEdits.requests(l, new VectorSet(0, 3, 0, 0))).build();
    assertThatThrownBy(() -> target.states.readBack(target.first(), waiting))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining("vcpus[0].lapic.irr.mid_low is 0x3, 0x1 once restored");
  }

  @Test
  void chipThatChangedAfterTheRestoreIsNamed() {
    MachineState state = source.save();
    target.restore(state);
    target.vm.setPic(1, new Pic(0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    assertThatThrownBy(() -> VmStates.readBack(target.vm, state.vm()))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining("vm.pic_slave.imr is 0x0, 0x9 once restored");
  }

  @Test
  void clockThatWentBackIsNamed() {
    MachineState state = StateEdits.clock(source.save(), 1L << 50);
    assertThatThrownBy(() -> VmStates.readBack(target.vm, state.vm()))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining("vm.clock.clock_nanos is 0x4000000000000");
  }

  @Test
  void refusedStateLeavesTheTargetUsable() {
    refused(ErrorCode.OBJECT_INVALID, "vcpus[0].extended_controls", v -> v.xcr0(4));
    target.states.restore(target.first(), good);
    target.states.readBack(target.first(), good);
    assertThat(target.states.capture(0, target.first()).controls()).isEqualTo(good.controls());
  }
}

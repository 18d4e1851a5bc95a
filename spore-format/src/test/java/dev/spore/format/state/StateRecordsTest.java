package dev.spore.format.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.spore.format.Bytes;
import dev.spore.format.MachineSampler;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StateRecordsTest {
  private static final MachineState MACHINE = new MachineSampler(7).machine(2, List.of(1024L));
  private static final Bytes LEGACY = Bytes.of(new byte[XsaveState.LEGACY_BYTES]);

  @Test
  void theInventoryNamesEachMsrOnceByItsUnsignedNumber() {
    long[] order = MsrInventory.order();

    assertThat(order).doesNotHaveDuplicates().hasSize(MsrInventory.size());
    assertThat(Arrays.stream(order)).allMatch(index -> index >= 0 && index <= 0xffff_ffffL);
    assertThat(MsrInventory.rank(0xc000_0082L)).isGreaterThanOrEqualTo(0);
  }

  @Test
  void timeIsRestoredLast() {
    assertThat(MsrInventory.rank(0x6e0)).isEqualTo(MsrInventory.size() - 1);
    assertThat(MsrInventory.rank(0x10)).isEqualTo(MsrInventory.size() - 2);
    assertThat(MsrInventory.rank(0x3b)).isEqualTo(MsrInventory.size() - 3);
  }

  @Test
  void anMsrNobodyKnowsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MsrValue(0xc000_0080L, 0))
        .withMessageContaining("0xc0000080");
  }

  @Test
  void msrsOutOfOrderAreRefused() {
    List<MsrValue> swapped = List.of(new MsrValue(0x10, 1), new MsrValue(0x174, 2));

    assertThatIllegalArgumentException().isThrownBy(() -> withMsrs(swapped));
  }

  @Test
  void anMsrThereTwiceIsRefused() {
    List<MsrValue> twice = List.of(new MsrValue(0x10, 1), new MsrValue(0x10, 1));

    assertThatIllegalArgumentException().isThrownBy(() -> withMsrs(twice));
  }

  @Test
  void aComponentThatFeaturesDoNotNameIsRefused() {
    List<XsaveComponent> ymm = List.of(new XsaveComponent(2, Bytes.of(new byte[256])));

    assertThat(new XsaveState(7, LEGACY, ymm).components()).hasSize(1);
    assertThatIllegalArgumentException().isThrownBy(() -> new XsaveState(3, LEGACY, ymm));
    assertThatIllegalArgumentException().isThrownBy(() -> new XsaveState(7, LEGACY, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> new XsaveState(-1, LEGACY, ymm));
  }

  @Test
  void aMissingOrMisplacedVcpuIsRefused() {
    List<VcpuState> second = List.of(MACHINE.vcpus().get(1));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MachineState(MACHINE.vm(), second, MACHINE.devices()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MachineState(MACHINE.vm(), List.of(), MACHINE.devices()));
  }

  @Test
  void twoDevicesInOneSlotAreRefused() {
    DeviceSlot device = MACHINE.devices().getFirst();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MachineState(MACHINE.vm(), MACHINE.vcpus(), List.of(device, device)));
  }

  @Test
  void anExceptionIsInjectedOrPending() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PendingEvents.Fault(true, true, 14, false, 0, false, 0));
  }

  private static VcpuState withMsrs(List<MsrValue> msrs) {
    VcpuState v = MACHINE.vcpus().getFirst();
    return new VcpuState(
        v.index(),
        v.tscKhz(),
        v.activity(),
        v.registers(),
        v.segments(),
        v.controls(),
        v.pendingInterrupt(),
        v.extendedControls(),
        v.xsave(),
        msrs,
        v.lapic(),
        v.events(),
        v.debug());
  }
}

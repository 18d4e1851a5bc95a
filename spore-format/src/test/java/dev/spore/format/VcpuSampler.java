package dev.spore.format;

import dev.spore.format.state.Activity;
import dev.spore.format.state.ControlRegisters;
import dev.spore.format.state.DebugRegisters;
import dev.spore.format.state.ExtendedControl;
import dev.spore.format.state.GeneralRegisters;
import dev.spore.format.state.LapicState;
import dev.spore.format.state.MsrInventory;
import dev.spore.format.state.MsrValue;
import dev.spore.format.state.PendingEvents;
import dev.spore.format.state.SegmentRegisters;
import dev.spore.format.state.SegmentState;
import dev.spore.format.state.TableState;
import dev.spore.format.state.VcpuState;
import dev.spore.format.state.VectorSet;
import dev.spore.format.state.XsaveComponent;
import dev.spore.format.state.XsaveState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** vCPU states. */
final class VcpuSampler {
  private final Random random;

  VcpuSampler(Random random) {
    this.random = random;
  }

  VcpuState vcpu(int index) {
    return new VcpuState(
        index,
        1 + random.nextInt(5_000_000),
        pick(List.of(Activity.values())),
        general(),
        segments(),
        controls(),
        random.nextInt(-1, 256),
        List.of(new ExtendedControl(0, l()), new ExtendedControl(1 + random.nextInt(9), l())),
        xsave(),
        msrs(),
        lapic(),
        events(),
        new DebugRegisters(l(), l(), l(), l(), l(), l()));
  }

  private GeneralRegisters general() {
    return new GeneralRegisters(
        l(), l(), l(), l(), l(), l(), l(), l(), l(), l(), l(), l(), l(), l(), l(), l(), l(), l());
  }

  private ControlRegisters controls() {
    return new ControlRegisters(l(), l(), l(), l(), random.nextInt(16), l(), l());
  }

  private SegmentRegisters segments() {
    return new SegmentRegisters(
        segment(),
        segment(),
        segment(),
        segment(),
        segment(),
        segment(),
        segment(),
        segment(),
        new TableState(l(), random.nextInt(1 << 16)),
        new TableState(l(), random.nextInt(1 << 16)));
  }

  private SegmentState segment() {
    return new SegmentState(
        l(),
        random.nextLong(1L << 32),
        random.nextInt(1 << 16),
        random.nextInt(16),
        b(),
        random.nextInt(4),
        b(),
        b(),
        b(),
        b(),
        b(),
        b());
  }

  private XsaveState xsave() {
    List<XsaveComponent> components = new ArrayList<>();
    long features = random.nextInt(4);
    for (int number = 2; number <= XsaveComponent.NUMBER_MAX; number++) {
      if (random.nextInt(16) == 0) {
        components.add(new XsaveComponent(number, bytes(8 * (1 + random.nextInt(32)))));
        features |= 1L << number;
      }
    }
    return new XsaveState(features, bytes(XsaveState.LEGACY_BYTES), components);
  }

  private Bytes bytes(int size) {
    byte[] content = new byte[size];
    random.nextBytes(content);
    return Bytes.of(content);
  }

  private List<MsrValue> msrs() {
    List<MsrValue> msrs = new ArrayList<>();
    for (long index : MsrInventory.order()) {
      if (b()) {
        msrs.add(new MsrValue(index, l()));
      }
    }
    return msrs;
  }

  private LapicState lapic() {
    return new LapicState(
        i(), i(), i(), i(), i(), i(), i(), i(), vectors(), vectors(), vectors(), i(), i(), i(), i(),
        i(), i(), i(), i(), i(), i(), i(), i(), i());
  }

  private VectorSet vectors() {
    return b() ? VectorSet.EMPTY : new VectorSet(l(), l(), l(), l());
  }

  private PendingEvents events() {
    boolean injected = b();
    return new PendingEvents(
        b()
            ? PendingEvents.Fault.NONE
            : new PendingEvents.Fault(
                injected,
                !injected && b(),
                random.nextInt(32),
                b(),
                random.nextLong(1L << 32),
                b(),
                l()),
        new PendingEvents.Interrupt(b(), random.nextInt(256), b(), b(), b()),
        new PendingEvents.Nmi(b(), random.nextInt(3), b()),
        random.nextInt(256),
        new PendingEvents.Smi(b(), b(), b(), b()),
        b());
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private boolean b() {
    return random.nextBoolean();
  }

  private int i() {
    return random.nextInt();
  }

  private long l() {
    return random.nextLong();
  }
}

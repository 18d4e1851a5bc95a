package dev.spore.format.state;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import java.util.List;

/**
 * What a machine has once: its CPUID table, clock, interrupt controllers, timer and serial port.
 *
 * @param cpuid what the guest was shown, before each vCPU's own APIC id was put in; in rising order
 */
public record VmState(
    List<CpuidLeaf> cpuid,
    ClockState clock,
    PicState picMaster,
    PicState picSlave,
    IoapicState ioapic,
    PitState pit,
    UartState uart) {
  public VmState {
    cpuid = Check.list("cpuid", cpuid, 0, FormatLimits.CPUID_LEAVES_MAX);
    Check.rising("cpuid", cpuid);
  }
}

package dev.spore.vmm;

import dev.spore.vmm.assist.Assist;
import java.util.Map;

/**
 * Counters of a machine at one moment.
 *
 * @param insideNanos nanoseconds all vCPU threads spent inside KVM_RUN
 * @param outsideNanos nanoseconds all vCPU threads spent in VMM code
 * @param exits how often each KVM_EXIT reason occurred, all vCPUs together
 * @param assists how often each instruction assist ran
 * @param refusedPortAccesses byte accesses to ports nobody answers
 * @param refusedMmioAccesses accesses to addresses nobody answers
 * @param devices counters of each device, by device name and counter; {@code mmio_} precedes those
 *     of its registers and rings
 */
public record MachineMetrics(
    long insideNanos,
    long outsideNanos,
    Map<Integer, Long> exits,
    Map<Assist, Long> assists,
    long refusedPortAccesses,
    long refusedMmioAccesses,
    Map<String, Map<String, Long>> devices) {
  public MachineMetrics {
    exits = Map.copyOf(exits);
    assists = Map.copyOf(assists);
    devices = Map.copyOf(devices);
  }
}

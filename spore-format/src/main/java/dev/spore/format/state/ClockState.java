package dev.spore.format.state;

import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;
import java.util.OptionalLong;

/**
 * The paravirtual clock of the machine (KVM_GET_CLOCK in Documentation/virt/kvm/api.rst).
 *
 * @param clockNanos what the guest's kvmclock shows, 0 to {@link FormatLimits#CLOCK_NANOS_MAX}
 * @param tscStable all vCPUs saw the same counter
 * @param realtimeNanos host wall clock at the same moment, since 1970, at least 0, where the host
 *     says it
 * @param hostTsc host counter at the same moment, where the host says it
 */
public record ClockState(
    long clockNanos, boolean tscStable, OptionalLong realtimeNanos, OptionalLong hostTsc) {
  public ClockState {
    Check.range("clock_nanos", clockNanos, 0, FormatLimits.CLOCK_NANOS_MAX);
    Check.range("realtime_nanos", realtimeNanos.orElse(0), 0, Long.MAX_VALUE);
  }
}

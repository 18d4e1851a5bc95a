package dev.spore.kvm;

import dev.spore.kvm.VmLayout.Clock;
import java.lang.foreign.MemorySegment;

/**
 * The VM's clock ({@code struct kvm_clock_data}, linux/kvm.h).
 *
 * @param clockNanos the guest's kvmclock
 * @param flags {@link KvmConst#CLOCK_TSC_STABLE}, {@link KvmConst#CLOCK_REALTIME}, {@link
 *     KvmConst#CLOCK_HOST_TSC}: which members are valid
 * @param realtimeNanos host wall clock at the same moment, since 1970
 * @param hostTsc host TSC at the same moment
 */
public record ClockData(long clockNanos, int flags, long realtimeNanos, long hostTsc) {
  static ClockData read(MemorySegment data) {
    return new ClockData(
        Field.u64(data, Clock.CLOCK),
        Field.i32(data, Clock.FLAGS),
        Field.u64(data, Clock.REALTIME),
        Field.u64(data, Clock.HOST_TSC));
  }

  MemorySegment write() {
    MemorySegment data = Scratch.zeroed(Clock.SIZE);
    Field.put64(data, Clock.CLOCK, clockNanos);
    Field.put32(data, Clock.FLAGS, flags);
    Field.put64(data, Clock.REALTIME, realtimeNanos);
    Field.put64(data, Clock.HOST_TSC, hostTsc);
    return data;
  }
}

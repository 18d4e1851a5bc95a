package dev.spore.virtio.mmio;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one transport since it was made; any thread. */
final class TransportMetrics {
  /** Accesses of a wrong width, alignment or place, and writes that came out of turn. */
  final LongAdder refusedAccesses = new LongAdder();

  /** QueueNotify writes that arrived here (an ioeventfd takes them elsewhere). */
  final LongAdder notifications = new LongAdder();

  /** Times the driver asked to be interrupted and was. */
  final LongAdder interrupts = new LongAdder();

  /** Times DEVICE_NEEDS_RESET was set because of the guest. */
  final LongAdder guestFaults = new LongAdder();

  /** Times DEVICE_NEEDS_RESET was set because the host failed. */
  final LongAdder hostFaults = new LongAdder();

  /** Resets by the driver. */
  final LongAdder resets = new LongAdder();

  Map<String, Long> values() {
    return Map.of(
        "refused_accesses", refusedAccesses.sum(),
        "notifications", notifications.sum(),
        "interrupts", interrupts.sum(),
        "guest_faults", guestFaults.sum(),
        "host_faults", hostFaults.sum(),
        "resets", resets.sum());
  }
}

package dev.spore.virtio.vsock;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one socket device since it was made; any thread. */
final class VsockMetrics {
  /** Connections opened from either side. */
  final LongAdder opened = new LongAdder();

  /** Requests of the guest answered RST: nobody listens, or a bound was reached. */
  final LongAdder refused = new LongAdder();

  /** Payload bytes taken from the guest. */
  final LongAdder fromGuestBytes = new LongAdder();

  /** Payload bytes given to the guest. */
  final LongAdder toGuestBytes = new LongAdder();

  /** Packets taken from the guest, good or bad. */
  final LongAdder fromGuestPackets = new LongAdder();

  /** Packets given to the guest. */
  final LongAdder toGuestPackets = new LongAdder();

  /** Packets whose length is not what their header says. */
  final LongAdder malformed = new LongAdder();

  /** Packets that claimed another guest's CID. */
  final LongAdder spoofed = new LongAdder();

  /** Connections reset because the guest broke the protocol. */
  final LongAdder violations = new LongAdder();

  /** Receive buffers too small to carry a byte. */
  final LongAdder uselessBuffers = new LongAdder();

  Map<String, Long> values() {
    return Map.of(
        "opened", opened.sum(),
        "refused", refused.sum(),
        "from_guest_bytes", fromGuestBytes.sum(),
        "to_guest_bytes", toGuestBytes.sum(),
        "from_guest_packets", fromGuestPackets.sum(),
        "to_guest_packets", toGuestPackets.sum(),
        "malformed", malformed.sum(),
        "spoofed", spoofed.sum(),
        "violations", violations.sum(),
        "useless_buffers", uselessBuffers.sum());
  }
}

package dev.spore.virtio.blk;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one block device since it was made: added to by the device thread, read by any. */
final class BlkMetrics {
  /** IN requests answered OK. */
  final LongAdder reads = new LongAdder();

  /** OUT requests answered OK. */
  final LongAdder writes = new LongAdder();

  /** FLUSH requests answered OK. */
  final LongAdder flushes = new LongAdder();

  /** DISCARD requests answered OK. */
  final LongAdder discards = new LongAdder();

  /** WRITE_ZEROES requests answered OK. */
  final LongAdder writeZeroes = new LongAdder();

  /** Bytes the guest got. */
  final LongAdder readBytes = new LongAdder();

  /** Bytes the guest wrote. */
  final LongAdder writtenBytes = new LongAdder();

  /** Requests refused because the guest broke a rule. */
  final LongAdder guestFaults = new LongAdder();

  /** Requests answered UNSUPP. */
  final LongAdder unsupported = new LongAdder();

  /** Requests the host's storage failed. */
  final LongAdder hostErrors = new LongAdder();

  Map<String, Long> values() {
    return Map.of(
        "reads", reads.sum(),
        "writes", writes.sum(),
        "flushes", flushes.sum(),
        "discards", discards.sum(),
        "write_zeroes", writeZeroes.sum(),
        "read_bytes", readBytes.sum(),
        "written_bytes", writtenBytes.sum(),
        "guest_faults", guestFaults.sum(),
        "unsupported", unsupported.sum(),
        "host_errors", hostErrors.sum());
  }
}

package dev.spore.virtio.blk;

import java.util.concurrent.atomic.LongAdder;

/** The counts behind {@link BlkMetrics}: added to by the device thread, read by any. */
final class BlkCounters {
  final LongAdder reads = new LongAdder();
  final LongAdder writes = new LongAdder();
  final LongAdder flushes = new LongAdder();
  final LongAdder discards = new LongAdder();
  final LongAdder writeZeroes = new LongAdder();
  final LongAdder readBytes = new LongAdder();
  final LongAdder writtenBytes = new LongAdder();
  final LongAdder guestFaults = new LongAdder();
  final LongAdder unsupported = new LongAdder();
  final LongAdder hostErrors = new LongAdder();

  BlkMetrics snapshot() {
    return new BlkMetrics(
        reads.sum(),
        writes.sum(),
        flushes.sum(),
        discards.sum(),
        writeZeroes.sum(),
        readBytes.sum(),
        writtenBytes.sum(),
        guestFaults.sum(),
        unsupported.sum(),
        hostErrors.sum());
  }
}

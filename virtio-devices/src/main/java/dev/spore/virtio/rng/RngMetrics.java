package dev.spore.virtio.rng;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one entropy device since it was made; any thread. */
final class RngMetrics {
  /** Requests served. */
  final LongAdder requests = new LongAdder();

  /** Random bytes handed out. */
  final LongAdder bytes = new LongAdder();

  Map<String, Long> values() {
    return Map.of("requests", requests.sum(), "bytes", bytes.sum());
  }
}

package dev.spore.virtio.console;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one console since it was made; any thread. */
final class ConsoleMetrics {
  /** Bytes the guest wrote. */
  final LongAdder outputBytes = new LongAdder();

  /** Bytes the guest got. */
  final LongAdder inputBytes = new LongAdder();

  Map<String, Long> values() {
    return Map.of("output_bytes", outputBytes.sum(), "input_bytes", inputBytes.sum());
  }
}

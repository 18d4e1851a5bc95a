package dev.spore.vmm.vcpu;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Where a vCPU thread spent its time. Written by that thread, read by any. */
public final class VcpuMetrics {
  private static final int REASONS = 64;

  private final AtomicLongArray exits = new AtomicLongArray(REASONS);
  private final LongAdder insideNanos = new LongAdder();
  private final LongAdder outsideNanos = new LongAdder();

  void add(long outside, long inside) {
    outsideNanos.add(outside);
    insideNanos.add(inside);
  }

  void count(int reason) {
    exits.incrementAndGet(reason >= 0 && reason < REASONS ? reason : 0);
  }

  /** Nanoseconds inside KVM_RUN. */
  public long insideNanos() {
    return insideNanos.sum();
  }

  /** Nanoseconds in VMM code on this thread, from its first entry on. */
  public long outsideNanos() {
    return outsideNanos.sum();
  }

  /** How often each exit reason (KVM_EXIT_ number) occurred; those that never did are absent. */
  public Map<Integer, Long> exits() {
    Map<Integer, Long> counts = new TreeMap<>();
    for (int i = 0; i < REASONS; i++) {
      if (exits.get(i) != 0) {
        counts.put(i, exits.get(i));
      }
    }
    return counts;
  }
}

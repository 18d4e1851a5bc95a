package dev.spore.vmm.ram;

import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;

/**
 * Fetches all chunks that are not zero, one after the other, whenever nobody waits for another one.
 */
final class Prefetch implements Runnable {
  /** Between two looks whether somebody still waits: a chunk takes about a millisecond. */
  private static final long STAND_BACK_NANOS = 200_000;

  private final LazyRam ram;
  private final BitSet first;
  private final Duration restAfter;

  /**
   * @param first chunks to begin with
   * @param restAfter how long to wait before the others: without knowing what is needed, fetching
   *     hides what is touched from the record that would tell it the next time
   */
  Prefetch(LazyRam ram, BitSet first, Duration restAfter) {
    this.ram = ram;
    this.first = first;
    this.restAfter = restAfter;
  }

  @Override
  public void run() {
    long restAt = System.nanoTime() + restAfter.toNanos();
    for (int chunk = first.nextSetBit(0); chunk >= 0; chunk = first.nextSetBit(chunk + 1)) {
      fetch(chunk);
    }
    while (!ram.isEnding() && System.nanoTime() - restAt < 0) {
      LockSupport.parkNanos(10_000_000);
    }
    for (int chunk = 0; chunk < ram.image().index().chunks(); chunk++) {
      fetch(chunk);
    }
    if (!ram.isEnding()) {
      ram.finish();
    }
  }

  private void fetch(int chunk) {
    while (ram.isWanted() && !ram.isEnding()) {
      LockSupport.parkNanos(STAND_BACK_NANOS);
    }
    if (!ram.isEnding() && !ram.image().index().isZero(chunk)) {
      ram.loadIfMissing(chunk);
    }
  }
}

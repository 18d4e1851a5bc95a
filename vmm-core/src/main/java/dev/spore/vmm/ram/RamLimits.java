package dev.spore.vmm.ram;

import java.time.Duration;

/** Bounds on restoring RAM: why this number, and what happens at it. */
final class RamLimits {
  /**
   * Bytes read of a proof or a key, of 128 and 32: one more than the longest, so that a longer file
   * is seen to be one, and is refused.
   */
  static final int PROOF_BYTES_MAX = 129;

  /** Between two looks at a lock: flock(2) cannot wait and be interrupted. */
  static final Duration LOCK_POLL = Duration.ofMillis(5);

  /**
   * How long a build waits for another one: 256 GiB at 1 GB/s take that. Then it is given up, with
   * an error.
   */
  static final Duration BUILD_WAIT_MAX = Duration.ofMinutes(5);

  /**
   * Chunks that are not zero from which a restore without a backing is lazy (64 MiB): reading fewer
   * takes about as long as a lazily restored guest waits for them one by one.
   */
  static final long LAZY_CHUNKS_MIN = 32;

  /** Threads that bring what vCPUs wait for: two vCPUs seldom wait for more than that at once. */
  static final int FAULT_THREADS = 2;

  /**
   * Chunks being read at once, 2 MiB of buffer each: the fault threads, the prefetch, and one for
   * all device threads. Who comes later waits for a buffer.
   */
  static final int BUFFERS = FAULT_THREADS + 2;

  /**
   * How long after a restore what is touched counts as working set: most of what a guest does to
   * answer a first request. What is touched later is fetched in its turn.
   */
  static final Duration WORKING_SET_WINDOW = Duration.ofSeconds(2);

  /** Backings kept on a host; building one more deletes the one that was used longest ago. */
  static final int BACKINGS_MAX = 16;

  /** Their lengths together, most of which are holes; building one more deletes as above. */
  static final long BACKINGS_BYTES_MAX = 64L << 30;

  /**
   * Places whose chunks are remembered as proven, of each backing: a spore, its copies, the stores
   * of its forks. The oldest is forgotten, and proven again when it is used.
   */
  static final int WITNESSES_MAX = 64;

  /**
   * Between two looks at a backing that a machine has mapped, each a system call: a machine whose
   * memory was changed by others ends this much later.
   */
  static final Duration BACKING_WATCH_EVERY = Duration.ofMillis(250);

  private RamLimits() {}
}

package dev.spore.cas;

import java.time.Duration;

/** Bounds on chunks and their store. */
public final class CasLimits {
  /**
   * The largest chunk: memory is cut into chunks of this size (docs/spore-format.md). A larger
   * piece is refused before it is read or written.
   */
  public static final int CHUNK_BYTES_MAX = 2 << 20;

  /**
   * How long adding waits for a sweep: one deletes 100 000 chunks in a few seconds. Then the save
   * is refused.
   */
  static final Duration SWEEP_WAIT_MAX = Duration.ofMinutes(1);

  /**
   * Chunks of one lease: 2 TiB of guest memory. A larger one is refused when it is taken; a sweep
   * that meets one stops before it deletes anything.
   */
  static final int LEASE_CHUNKS_MAX = 1 << 20;

  /** Between two looks at a lock: flock(2) cannot wait with a limit. */
  static final Duration LOCK_POLL = Duration.ofMillis(5);

  private CasLimits() {}
}

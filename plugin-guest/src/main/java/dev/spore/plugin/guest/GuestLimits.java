package dev.spore.plugin.guest;

import java.time.Duration;

/** Every bound of this module: why this number, and what happens at it. */
public final class GuestLimits {
  /**
   * Memory limit of a run on this engine at most, bytes: its machine has seven times as much
   * address space, so that counted memory always fits. Larger limits are refused, and the engine in
   * Java takes them.
   */
  public static final long RUN_MEMORY_BYTES_MAX = 64L << 20;

  /**
   * Bytes of a program as the guest reads it: 16 an instruction, and its constants. Larger ones are
   * refused, and the engine in Java takes them.
   */
  public static final int IMAGE_BYTES_MAX = 64 << 20;

  /**
   * How long a guest whose time is over may take to end in its own way, which its trace shows. It
   * looks far more often; only an instruction on an array of millions takes longer, and is cut off.
   */
  static final Duration GRACE = Duration.ofMillis(5);

  /** Machines an engine keeps for its next runs. */
  static final int IDLE_MACHINES_MAX = 4;

  private GuestLimits() {}
}

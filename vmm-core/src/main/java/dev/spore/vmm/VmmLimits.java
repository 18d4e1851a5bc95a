package dev.spore.vmm;

import java.time.Duration;

/** Bounds of a machine: why this number, and what happens at it. */
public final class VmmLimits {
  /** Guest RAM when nobody asks, bytes: room for a shell and a compiler, little to initialise. */
  public static final long MEMORY_BYTES_DEFAULT = 256L << 20;

  /** vCPUs of a machine: what the xAPIC board and the guest kernel are built for. */
  public static final int VCPUS_MAX = 8;

  /** Disks of a machine: virtio slots less console, rng and vsock. More are refused at boot. */
  public static final int DISKS_MAX = 5;

  /** Console bytes kept for the message of a failed boot; older ones are dropped. */
  public static final int CONSOLE_TAIL_BYTES = 8 << 10;

  /**
   * Instruction assists in a row at one RIP before the machine is stopped: an assist that does not
   * advance would otherwise spin for ever. Page faults it raises are retried a few times at most.
   */
  public static final int ASSISTS_AT_ONE_RIP_MAX = 1_000;

  /**
   * How long a closing machine waits for its event listener, and as long again after interrupting
   * it: enough for a slow disk or terminal, and a bound on what a dead one can hold up.
   */
  public static final Duration LISTENER_GRACE = Duration.ofSeconds(2);

  private VmmLimits() {}
}

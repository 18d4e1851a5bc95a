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
   * Runs, each ended by a kick, that a pausing vCPU gets to take an exception whose delivery KVM
   * does not report. The first that enters the guest delivers it; a guest still at the same place
   * after so many stays there by itself, and is paused.
   */
  public static final int RUNS_TO_DELIVER_MAX = 8;

  /**
   * How long a closing machine waits for its event listener, and as long again after interrupting
   * it: enough for a slow disk or terminal, and a bound on what a dead one can hold up.
   */
  public static final Duration LISTENER_GRACE = Duration.ofSeconds(2);

  /**
   * How long a machine to be saved may take to come to rest, vCPUs and each device: a request on a
   * slow disk is over by then. Beyond it the save is given up and the machine goes on.
   */
  public static final Duration STANDSTILL_WAIT = Duration.ofSeconds(10);

  /**
   * Bytes of RAM written since they were last sealed at which a running machine is stopped to be
   * saved: their pages are copied while it stands still.
   */
  public static final long SEAL_AHEAD_ENOUGH_BYTES = 16L << 20;

  /** How often a save looks at the latest writes before it stops a guest that writes faster. */
  public static final int SEAL_AHEAD_ROUNDS_MAX = 5;

  /**
   * How long a guest may take to make its processes stand still for a save: where its kernel is
   * interpreted, 5 ms a process. Beyond it the save is given up and they go on.
   */
  public static final Duration FREEZE_WAIT = Duration.ofSeconds(10);

  /** How long a guest's agent that has nothing to wait for may take to answer. */
  public static final Duration AGENT_SLACK = Duration.ofSeconds(10);

  /**
   * Time slice of vCPUs whose kernel is interpreted, the longest Linux gives: a clock tick takes
   * such a guest 3 ms, and one is due every 10 ms it did not run.
   */
  static final Duration INTERPRETED_TIMESLICE = Duration.ofMillis(100);

  private VmmLimits() {}
}

package dev.spore.vmm.agent;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;

/**
 * What the agent said about itself and its start.
 *
 * @param version protocol version
 * @param execsMax execs it serves at once
 * @param kernelRelease as of uname(2)
 * @param root what processes see as /
 * @param rootType file system of the image, or empty
 * @param rootError why there is no root, or empty
 * @param problems what else did not work at the start, one line each, or empty
 * @param phases when it reached which state
 */
public record AgentInfo(
    int version,
    int execsMax,
    String kernelRelease,
    Root root,
    String rootType,
    String rootError,
    String problems,
    Phases phases) {

  /** What processes see as their root. The order is that of the wire values. */
  public enum Root {
    /** The initrd itself. */
    INITRD,
    /** An image that stays unchanged under a layer in memory. */
    OVERLAY,
    /** An image that is written. */
    WRITABLE,
    /** The image could not be mounted: no process can be started. */
    FAILED
  }

  /**
   * Guest CLOCK_BOOTTIME at each state, nanoseconds.
   *
   * @param initNanos the agent's first instruction
   * @param listeningNanos its port is open
   * @param mountedNanos /proc and /dev are there
   * @param rootfsNanos the root is entered
   * @param readyNanos it answered the handshake
   */
  public record Phases(
      long initNanos, long listeningNanos, long mountedNanos, long rootfsNanos, long readyNanos) {}

  /**
   * Throws when the guest has no root.
   *
   * @throws SporeException OBJECT_INVALID with the agent's reason
   */
  public void requireRoot() {
    if (root == Root.FAILED) {
      throw new SporeException(ErrorCode.OBJECT_INVALID, rootError);
    }
  }
}

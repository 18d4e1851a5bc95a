package dev.spore.vmm.agent;

import dev.spore.vmm.agent.ExecResult.NotStarted;
import dev.spore.vmm.agent.ExecResult.Outcome;

/** One frame from the agent, already checked against the rules of its type. */
public sealed interface AgentFrame {
  /** The answer to the handshake. */
  record Hello(AgentInfo info) implements AgentFrame {}

  /** The end of the connection, by the agent. */
  record Refused(int code, String message) implements AgentFrame {}

  /** Processes are gone and the disk is clean, or {@code errno} says why it is not. */
  record PoweringOff(int errno) implements AgentFrame {}

  /**
   * The guest is the machine it was told to be.
   *
   * @param problems a line for each step that failed; empty when all succeeded
   */
  record Resumed(long receivedNanos, long appliedNanos, String problems) implements AgentFrame {}

  /**
   * The guest's processes stand still, or go on as before.
   *
   * @param problems why they go on; empty when they stand still
   */
  record Frozen(long receivedNanos, long frozenNanos, String problems) implements AgentFrame {}

  /** The guest's processes go on. */
  record Thawed(long receivedNanos, long thawedNanos) implements AgentFrame {}

  /** What the guest's CLOCK_BOOTTIME was when the question came. */
  record ClockRead(long receivedNanos, long doneNanos) implements AgentFrame {}

  /** A frame for one exec. */
  sealed interface OfExec extends AgentFrame {
    /** The id the host gave it, 1 to 2^32-1 as a signed int. */
    int id();
  }

  /** The program runs. */
  record Started(int id, int pid, long receivedNanos, long spawnedNanos) implements OfExec {}

  /**
   * The session runs, or ran; its output follows from the given places on.
   *
   * @param tty whether it has a terminal
   * @param stdinOpen whether it takes stdin
   * @param stdinCredit bytes of stdin it takes now, 0 to {@link AgentLimits#STDIN_WINDOW_BYTES}
   * @param stdoutOffset place of the first byte that follows in all of its stdout
   * @param stderrOffset the same of its stderr
   */
  record Attached(
      Started started,
      boolean tty,
      boolean stdinOpen,
      int stdinCredit,
      long stdoutOffset,
      long stderrOffset)
      implements OfExec {
    @Override
    public int id() {
      return started.id();
    }
  }

  /** The program does not run: the last frame of this exec. */
  record StartFailed(int id, NotStarted failure, long receivedNanos, long failedNanos)
      implements OfExec {}

  /**
   * A piece of stdout or stderr.
   *
   * @param stderr which of the two
   * @param data 0 to {@link AgentLimits#PAYLOAD_BYTES_MAX} bytes; empty only with {@code last}
   * @param last nothing follows on this stream
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Output(int id, boolean stderr, byte[] data, boolean last) implements OfExec {}

  /** The process took this many bytes of stdin. */
  record StdinCredit(int id, int bytes) implements OfExec {}

  /** The process closed its stdin. */
  record StdinClosed(int id) implements OfExec {}

  /** The process ended; its streams may still deliver. */
  record Exit(
      int id,
      Outcome outcome,
      long exitedNanos,
      long userMicros,
      long systemMicros,
      long rssBytesMax)
      implements OfExec {}
}

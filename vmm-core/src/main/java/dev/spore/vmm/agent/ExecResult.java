package dev.spore.vmm.agent;

/**
 * How an exec ended.
 *
 * @param outcome exit, signal, or not started
 * @param timings by the guest's clock
 */
public record ExecResult(Outcome outcome, ExecTimings timings) {
  private static final int SIGNAL_BASE = 128;
  private static final int NOT_FOUND_STATUS = 127;
  private static final int NOT_EXECUTABLE_STATUS = 126;

  /** One of three ends. */
  public sealed interface Outcome {}

  /**
   * The process called exit.
   *
   * @param code 0 to 255
   */
  public record Exited(int code) implements Outcome {}

  /**
   * A signal killed the process.
   *
   * @param signal 1 to 64
   */
  public record Signaled(int signal) implements Outcome {}

  /**
   * The process never ran its program.
   *
   * @param kind which step failed
   * @param errno of that step, or 0
   * @param message for the user, without control characters
   */
  public record NotStarted(StartFailure kind, int errno, String message) implements Outcome {}

  /** Why a process was not started. The order is that of the wire values, which begin at 1. */
  public enum StartFailure {
    NOT_FOUND,
    NOT_EXECUTABLE,
    BAD_CWD,
    BAD_USER,
    NO_RESOURCES,
    NO_ROOTFS,
    NO_SESSION
  }

  /** The shell's convention: the exit code, 128 + signal, 127 not found, 126 not startable. */
  public int exitStatus() {
    return switch (outcome) {
      case Exited exited -> exited.code();
      case Signaled signaled -> SIGNAL_BASE + signaled.signal();
      case NotStarted failed ->
          failed.kind() == StartFailure.NOT_FOUND ? NOT_FOUND_STATUS : NOT_EXECUTABLE_STATUS;
    };
  }
}

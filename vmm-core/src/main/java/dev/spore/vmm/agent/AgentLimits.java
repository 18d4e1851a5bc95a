package dev.spore.vmm.agent;

/**
 * Every bound on what the guest's agent can make the host hold: why this number, and what happens
 * at it. The agent's copy is {@code guest/agent/limits.h}; a test compares the two.
 */
public final class AgentLimits {
  /** Guest port the agent listens on. */
  public static final int PORT = 10700;

  /** Payload of one frame, bytes: one read of the agent. A longer one fails the connection. */
  public static final int PAYLOAD_BYTES_MAX = 65_536;

  /**
   * argv and env with their terminators, bytes: half of what Linux takes. More is a usage error.
   */
  public static final int ARGS_BYTES_MAX = 1_048_576;

  /** Strings in argv and env together: bounds the guest's pointer table to half a MiB. */
  public static final int SPEC_STRINGS_MAX = 65_536;

  /** Working directory with its terminator, bytes: PATH_MAX of Linux. */
  public static final int CWD_BYTES_MAX = 4_096;

  /** User and group with the terminator, bytes: twice LOGIN_NAME_MAX of Linux. */
  public static final int USER_BYTES_MAX = 512;

  /** Execs that live at once in a guest. One more is answered by a start failure. */
  public static final int EXECS_MAX = 256;

  /** Bytes of stdin on the way to one process: what the agent may have to keep for it. */
  public static final int STDIN_WINDOW_BYTES = 131_072;

  /**
   * Bytes of stdout, and of stderr, on the way to the host: what the host keeps for a reader that
   * does not read. A guest that sends more fails the connection.
   */
  public static final int OUTPUT_WINDOW_BYTES = 262_144;

  /** A message text, bytes. A longer one fails the connection. */
  public static final int TEXT_BYTES_MAX = 1_024;

  /** Entropy given to the guest with the handshake, bytes: twice the kernel's pool. */
  public static final int ENTROPY_BYTES = 64;

  /** Longest grace between SIGTERM and SIGKILL at power off, milliseconds. */
  public static final int GRACE_MILLIS_MAX = 60_000;

  /** Name of a session with its terminator, bytes. */
  public static final int SESSION_BYTES_MAX = 65;

  /** Sessions at once in a guest. One more is answered by a start failure. */
  public static final int SESSIONS_MAX = 32;

  /** Bytes of a session's stdout, and of its stderr, that the guest keeps for whoever attaches. */
  public static final int REPLAY_BYTES_MAX = 65_536;

  /** Host name of a restored machine, ASCII characters: what Linux takes. */
  public static final int HOSTNAME_BYTES_MAX = 64;

  /** Id of a restored machine, ASCII characters: room for a UUID or a digest in hex. */
  public static final int VM_ID_BYTES_MAX = 64;

  /** Parameters of a restored machine. More is a usage error. */
  public static final int PARAMETERS_MAX = 32;

  /** Name of a parameter, ASCII characters. */
  public static final int PARAMETER_NAME_BYTES_MAX = 64;

  /** Value of a parameter, bytes of UTF-8. */
  public static final int PARAMETER_VALUE_BYTES_MAX = 960;

  /** Longest time that the guest's processes may be given to stand still, milliseconds. */
  public static final int FREEZE_MILLIS_MAX = 60_000;

  private AgentLimits() {}
}

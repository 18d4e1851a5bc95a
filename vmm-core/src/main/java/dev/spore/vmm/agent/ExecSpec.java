package dev.spore.vmm.agent;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What to run in the guest. Immutable; the {@code with} methods return changed copies.
 *
 * @param argv program and arguments; a program without a slash is looked up in PATH
 * @param env NAME=value; the agent adds PATH, HOME and, with a terminal, TERM when missing
 * @param cwd working directory
 * @param user "user[:group]", names or numbers of the guest; empty for root
 * @param tty whether it gets a terminal: then there is no separate stderr
 * @param rows of the terminal, 0 to 65535
 * @param cols of the terminal, 0 to 65535
 * @param wantsStdin whether anything will be written to its stdin; otherwise it is empty
 */
public record ExecSpec(
    List<String> argv,
    List<String> env,
    String cwd,
    String user,
    boolean tty,
    int rows,
    int cols,
    boolean wantsStdin) {
  private static final int U16_MAX = 0xffff;

  /**
   * Checks the bounds of {@link AgentLimits}.
   *
   * @throws SporeException USAGE_INVALID_ARGUMENT naming what is wrong
   */
  public ExecSpec {
    argv = List.copyOf(argv);
    env = List.copyOf(env);
    require(!argv.isEmpty(), "the command is empty");
    require(
        argv.size() + env.size() <= AgentLimits.SPEC_STRINGS_MAX,
        "the command has more than %d arguments and variables",
        AgentLimits.SPEC_STRINGS_MAX);
    for (String variable : env) {
      require(variable.indexOf('=') > 0, "environment '%s' is not NAME=value", variable);
    }
    long bytes = argv.stream().mapToLong(s -> size("argument", s)).sum();
    bytes += env.stream().mapToLong(s -> size("environment variable", s)).sum();
    require(
        bytes <= AgentLimits.ARGS_BYTES_MAX,
        "arguments and environment are %d bytes, more than %d: pass data by stdin instead",
        bytes,
        AgentLimits.ARGS_BYTES_MAX);
    require(
        size("working directory", cwd) <= AgentLimits.CWD_BYTES_MAX && cwd.startsWith("/"),
        "the working directory '%s' is not an absolute path below %d bytes",
        cwd,
        AgentLimits.CWD_BYTES_MAX);
    require(
        size("user", user) <= AgentLimits.USER_BYTES_MAX,
        "the user is longer than %d bytes",
        AgentLimits.USER_BYTES_MAX);
    require(
        rows >= 0 && rows <= U16_MAX && cols >= 0 && cols <= U16_MAX,
        "a terminal of %d x %d is out of range",
        cols,
        rows);
  }

  /** A command as root in /, without terminal, stdin or variables of its own. */
  public static ExecSpec of(String... argv) {
    return new ExecSpec(List.of(argv), List.of(), "/", "", false, 0, 0, false);
  }

  public ExecSpec withEnv(List<String> variables) {
    return new ExecSpec(argv, variables, cwd, user, tty, rows, cols, wantsStdin);
  }

  public ExecSpec withCwd(String directory) {
    return new ExecSpec(argv, env, directory, user, tty, rows, cols, wantsStdin);
  }

  public ExecSpec withUser(String name) {
    return new ExecSpec(argv, env, cwd, name, tty, rows, cols, wantsStdin);
  }

  public ExecSpec withTty(int terminalRows, int terminalCols) {
    return new ExecSpec(argv, env, cwd, user, true, terminalRows, terminalCols, wantsStdin);
  }

  public ExecSpec withStdin() {
    return new ExecSpec(argv, env, cwd, user, tty, rows, cols, true);
  }

  /** Bytes of a string with its terminator. */
  private static long size(String what, String value) {
    require(value.indexOf('\0') < 0, "the %s contains a NUL character", what);
    return value.getBytes(StandardCharsets.UTF_8).length + 1L;
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is not a dependency of this module
  private static void require(boolean condition, String message, Object... values) {
    if (!condition) {
      throw new SporeException(ErrorCode.USAGE_INVALID_ARGUMENT, message.formatted(values));
    }
  }
}

package dev.spore.vmm.agent;

import java.util.List;

/**
 * What the host knows of a session in the guest that somebody may attach to.
 *
 * @param name as for {@link AgentClient#attach}
 * @param exec its number on the connection that last had it, unsigned
 * @param argv what it was started as
 * @param tty whether it has a terminal
 * @param stdinOpen whether it may still be given input
 */
public record KnownSession(
    String name,
    int exec,
    List<String> argv,
    boolean tty,
    boolean stdinOpen,
    Output stdout,
    Output stderr) {
  /**
   * One of its streams.
   *
   * @param bytes of it that have reached the host since the session began
   * @param ended whether nothing more will come
   */
  public record Output(long bytes, boolean ended) {}

  public KnownSession {
    argv = List.copyOf(argv);
  }
}

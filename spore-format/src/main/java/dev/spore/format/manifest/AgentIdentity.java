package dev.spore.format.manifest;

import dev.spore.format.check.Check;

/**
 * The program the host talks to inside the guest.
 *
 * @param protocol version of the agent protocol it speaks, at least 1
 */
public record AgentIdentity(FileIdentity file, int protocol) {
  public AgentIdentity {
    Check.range("protocol", protocol, 1, Integer.MAX_VALUE);
  }
}

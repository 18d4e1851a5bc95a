package dev.spore.vmm.agent;

import java.io.IOException;

/** The guest's agent broke the protocol: the guest's fault, and the end of the connection. */
public final class AgentProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  AgentProtocolException(String message) {
    super(message);
  }
}

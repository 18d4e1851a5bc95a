package dev.spore.vmm.e2e;

import dev.spore.vmm.agent.ExecResult;
import java.nio.charset.StandardCharsets;

/** A command that has run in a guest: how it ended and what it wrote. */
@SuppressWarnings("ArrayRecordComponent") // Results are looked into, never compared.
record Ran(ExecResult result, byte[] stdout, byte[] stderr) {
  int status() {
    return result.exitStatus();
  }

  String out() {
    return new String(stdout, StandardCharsets.UTF_8);
  }

  String err() {
    return new String(stderr, StandardCharsets.UTF_8);
  }
}

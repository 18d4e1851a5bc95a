package dev.spore.vmm;

import dev.spore.vmm.agent.ResumeSpec;
import java.util.HexFormat;
import java.util.Map;

/** Draws what tells one copy of a saved machine from all others. */
final class CloneIdentity {
  private static final int ID_BYTES = 16;

  private CloneIdentity() {}

  /** Names and numbers nobody else has. */
  static ResumeSpec fresh(long generation) {
    HostRandom random = new HostRandom();
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    byte[] machineId = new byte[ID_BYTES];
    random.nextBytes(machineId);
    String name = "spore-" + HexFormat.of().formatHex(id);
    return new ResumeSpec(
        generation, random.nextLong(), name, name, HexFormat.of().formatHex(machineId), Map.of());
  }
}

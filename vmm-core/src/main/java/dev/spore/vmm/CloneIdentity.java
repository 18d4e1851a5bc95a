package dev.spore.vmm;

import dev.spore.vmm.agent.ResumeSpec;
import dev.spore.vmm.snapshot.ForkRecord;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Draws what tells one copy of a saved machine from all others. */
final class CloneIdentity {
  private static final int ID_BYTES = 16;

  private CloneIdentity() {}

  /**
   * Names and numbers nobody else has.
   *
   * @param fork which child of a fork it is, or null
   */
  static ResumeSpec fresh(long generation, @Nullable ForkRecord fork) {
    HostRandom random = new HostRandom();
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    byte[] machineId = new byte[ID_BYTES];
    random.nextBytes(machineId);
    String name = "spore-" + HexFormat.of().formatHex(id);
    return new ResumeSpec(
        generation,
        random.nextLong(),
        name,
        name,
        HexFormat.of().formatHex(machineId),
        parameters(generation, name, fork));
  }

  private static Map<String, String> parameters(
      long generation, String name, @Nullable ForkRecord fork) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("SPORE_GENERATION", Long.toUnsignedString(generation));
    parameters.put("SPORE_VM_ID", name);
    if (fork != null) {
      parameters.put("SPORE_FORK_BATCH_ID", fork.batch());
      parameters.put("SPORE_FORK_INDEX", Integer.toString(fork.index()));
      parameters.put("SPORE_FORK_COUNT", Integer.toString(fork.count()));
    }
    return parameters;
  }
}

package dev.spore.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.manifest.Manifest;
import dev.spore.vmm.agent.AgentClient;
import dev.spore.vmm.snapshot.Spore;
import dev.spore.vmm.testing.TestSpores;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this program cannot go on with is refused by what it says of itself. */
final class MachineRestoreTest {
  @TempDir Path dir;

  @Test
  void anAgentThatSpeaksAnotherProtocolIsRefused() {
    Manifest manifest = Spore.open(TestSpores.full(dir.resolve("spore"))).manifest();
    int spoken = Objects.requireNonNull(manifest.images().agent()).protocol();
    assertThat(spoken).isNotEqualTo(AgentClient.PROTOCOL_VERSION);
    assertThatThrownBy(() -> MachineRestore.requireFit(manifest))
        .hasMessageContaining("protocol " + spoken)
        .isInstanceOfSatisfying(
            SporeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_INVALID));
  }
}

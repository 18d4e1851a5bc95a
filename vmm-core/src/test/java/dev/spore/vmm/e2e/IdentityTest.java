package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.agent.ResumeSpec;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A machine that is told who it is, as after a restore. Names are all it changes in the shared
 * machine, and no other test looks at them.
 */
@RequiresGuest
@ExtendWith(SharedGuests.class)
final class IdentityTest {
  private static final String LOOK =
      "hostname; cat /etc/machine-id; . /run/spore/env; echo $INDEX; cat /run/spore/generation.json";

  private final Guest guest;

  IdentityTest(@SharedGuests.Of(SharedGuests.Shape.SMALL) Guest guest) {
    this.guest = guest;
  }

  @Test
  void eachIdentityReplacesTheOneBefore() throws Exception {
    for (int index = 1; index <= 2; index++) {
      String machineId = "%032x".formatted(0xabc0 + index);
      ResumeSpec identity =
          new ResumeSpec(
              index, 7, "vm-" + index, "clone-" + index, machineId, Map.of("INDEX", "i " + index));
      guest.agent().resume(identity, Patience.COMMAND);

      Ran seen = guest.sh(LOOK);
      assertThat(seen.out())
          .as(seen.err())
          .startsWith("clone-%d\n%s\ni %d\n{".formatted(index, machineId, index))
          .contains("\"vmId\":\"vm-" + index + "\"");
    }
  }
}

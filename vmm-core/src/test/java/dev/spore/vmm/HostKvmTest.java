package dev.spore.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spore.kvm.Host;
import dev.spore.kvm.Kvm;
import dev.spore.kvm.testing.RequiresKvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why KVM cannot be used, as the user hears it. */
final class HostKvmTest {
  @TempDir Path directory;

  private static void assertUnsupported(Path device, String advice) {
    assertThatThrownBy(() -> HostKvm.open(device))
        .isInstanceOfSatisfying(
            SporeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HOST_UNSUPPORTED))
        .hasMessageContainingAll(device.toString(), advice);
  }

  @Test
  void missingDeviceAsksForTheModule() {
    assertUnsupported(directory.resolve("kvm"), "load the kvm module");
  }

  @Test
  void forbiddenDeviceAsksForTheGroup() throws IOException {
    assumeTrue(Host.userId() != 0, "nothing is forbidden to root");
    Path device = Files.createFile(directory.resolve("kvm"));
    Files.setPosixFilePermissions(device, PosixFilePermissions.fromString("---------"));
    assertUnsupported(device, "join group kvm");
  }

  @Test
  void anotherDeviceIsNotTakenForKvm() {
    assertUnsupported(Path.of("/dev/null"), "is not a KVM device");
  }

  @Test
  @RequiresKvm
  void theDeviceOfThisHostHasWhatMachinesNeed() {
    try (Kvm kvm = HostKvm.open()) {
      assertThat(kvm.apiVersion()).isEqualTo(12);
    }
  }
}

package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.DiskSpec;
import dev.spore.vmm.MachineExit;
import dev.spore.vmm.MachineSpec;
import dev.spore.vmm.agent.AgentInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images as root: what is in them runs, and what the guest does to them stays or does not. */
@RequiresGuest
final class RootfsTest {
  private static final String CHANGE_ALL =
      "cat /marker && echo changed > /marker && rm /bin/ls && echo new > /etc/new && cat /marker";

  @TempDir Path dir;

  @Test
  void aSquashfsIsRunFromAndStaysWhatItWas() throws Exception {
    runsUnderALayerInMemory(RootImages.squashfs(dir), "squashfs");
  }

  @Test
  void anErofsIsRunFromAndStaysWhatItWas() throws Exception {
    runsUnderALayerInMemory(RootImages.erofs(dir), "erofs");
  }

  @Test
  void anExt4IsRunFromAndStaysWhatItWas() throws Exception {
    runsUnderALayerInMemory(RootImages.ext4(dir), "ext4");
  }

  @Test
  void aWritableExt4KeepsWhatWasWrittenAndIsCleanAfterwards() throws Exception {
    Path image = RootImages.ext4(dir);
    MachineSpec spec = spec(image, false).kernelArgument("spore.rootfs_rw=1").build();
    try (Guest guest = Guest.boot(spec)) {
      assertThat(guest.agent().info().root()).isEqualTo(AgentInfo.Root.WRITABLE);
      Ran ran = guest.sh(CHANGE_ALL);
      assertThat(ran.out()).as(ran.err()).isEqualTo(RootImages.MARKER + "changed\n");
      guest.assertKernelHealthy();

      guest.agent().powerOff(Duration.ofSeconds(1), Patience.COMMAND);

      assertThat(guest.machine().exit().get(Patience.COMMAND.toSeconds(), TimeUnit.SECONDS))
          .isEqualTo(new MachineExit.PowerOff());
    }
    HostCommand.run("e2fsck", "-fn", image.toString());
    assertThat(HostCommand.run("debugfs", "-R", "cat /marker", image.toString()))
        .endsWith("changed\n");
    assertThat(HostCommand.run("debugfs", "-R", "cat /etc/new", image.toString()))
        .endsWith("new\n");
  }

  private static MachineSpec.Builder spec(Path image, boolean readOnly) {
    return Guest.spec()
        .memoryBytes(64 << 20)
        .disk(new DiskSpec(image, readOnly))
        .kernelArgument("spore.rootfs=/dev/vda");
  }

  private static void runsUnderALayerInMemory(Path image, String type) throws Exception {
    byte[] before = Files.readAllBytes(image);
    try (Guest guest = Guest.boot(spec(image, true).build())) {
      AgentInfo info = guest.agent().info();
      assertThat(info.root()).as(info.rootError()).isEqualTo(AgentInfo.Root.OVERLAY);
      assertThat(info.rootType()).isEqualTo(type);
      assertThat(info.problems()).isEmpty();

      Ran ran = guest.sh(CHANGE_ALL);

      assertThat(ran.out()).as(ran.err()).isEqualTo(RootImages.MARKER + "changed\n");
      guest.assertKernelHealthy();
    }
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }
}

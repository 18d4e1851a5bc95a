package dev.spore.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.spore.kvm.testing.GuestImages;
import dev.spore.kvm.testing.RequiresGuest;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no machine can be made of: one line that names it, the right status, nothing started. */
@RequiresGuest
final class RefusedBeforeBootTest {
  @TempDir Path dir;

  private void refused(int status, String message, String... args) throws Exception {
    SporeProcess.Ended ended = SporeProcess.start(dir, args).await();

    assertThat(ended.stderr()).startsWith("spore: ").contains(message).hasLineCount(1);
    assertThat(ended.status()).as(ended.stderr()).isEqualTo(status);
    assertThat(ended.stdout()).isEmpty();
  }

  @Test
  void aKernelThatIsNone() throws Exception {
    Path text = Files.writeString(dir.resolve("text"), "no kernel at all\n".repeat(1000));

    refused(22, text.toString(), "run", "--kernel", text.toString(), "true");
  }

  @Test
  void aKernelThatWasCutOff() throws Exception {
    byte[] whole = Files.readAllBytes(GuestImages.kernel());
    for (int length : new int[] {3, 64, 1000, whole.length / 2}) {
      Path cut = Files.write(dir.resolve("cut"), Arrays.copyOf(whole, length));

      refused(22, cut.toString(), "run", "--kernel", cut.toString(), "true");
    }
  }

  @Test
  void anInitrdLargerThanTheMemory() throws Exception {
    Path initrd = dir.resolve("initrd");
    try (RandomAccessFile file = new RandomAccessFile(initrd.toFile(), "rw")) {
      file.setLength(80 << 20);
    }

    refused(
        22, initrd.toString(), "run", "--memory", "64mb", "--initrd", initrd.toString(), "true");
  }

  @Test
  void aRootImageThatIsNotThereOrNoFileSystem() throws Exception {
    Path garbage = Files.write(dir.resolve("garbage"), new byte[1 << 20]);

    refused(22, "no/such.img", "run", "--rootfs", dir.resolve("no/such.img").toString(), "true");
    refused(22, garbage.toString(), "run", "--rootfs", garbage.toString(), "true");
  }

  @Test
  void aDeviceThatIsNotKvm() throws Exception {
    wrapped(
        69,
        List.of(
            "unshare", "-m", "sh", "-c", "mount --bind /dev/null /dev/kvm && exec \"$@\"", "sh"));
  }

  @Test
  void aDeviceThatMayNotBeOpened() throws Exception {
    // Root without the right to pass over permissions: every file stays readable but the device.
    String program =
        "mknod -m 000 \"$0\" c 10 232 && mount --bind \"$0\" /dev/kvm && exec setpriv"
            + " --bounding-set=-dac_override,-dac_read_search"
            + " --inh-caps=-dac_override,-dac_read_search \"$@\"";
    wrapped(69, List.of("unshare", "-m", "sh", "-c", program, dir.resolve("kvm").toString()));
  }

  private void wrapped(int status, List<String> wrapper) throws Exception {
    assumeThat(System.getProperty("user.name"))
        .as("only root can take rights away")
        .isEqualTo("root");
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(SporeProcess.commandLine("run", "true"));

    SporeProcess.Ended ended = SporeProcess.start(dir, command).await();

    assertThat(ended.stderr()).startsWith("spore: ").contains("/dev/kvm").hasLineCount(1);
    assertThat(ended.status()).as(ended.stderr()).isEqualTo(status);
  }
}

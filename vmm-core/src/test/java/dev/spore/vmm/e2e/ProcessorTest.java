package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.agent.ExecResult;
import dev.spore.vmm.agent.ExecSpec;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One small machine: what user programs may expect of its processor and memory. */
@RequiresGuest
@ExtendWith(SharedGuests.class)
final class ProcessorTest {
  private final Guest guest;

  @TempDir Path dir;

  ProcessorTest(@SharedGuests.Of(SharedGuests.Shape.SMALL) Guest guest) {
    this.guest = guest;
  }

  @Test
  void processesKeepTheirWideRegistersFromEachOther() throws Exception {
    assumeThat(GuestPrograms.hostHasAvx2()).as("AVX2 here").isTrue();
    String ymm = guest.install(GuestPrograms.compile("ymm", dir, "-mavx2"));

    Ran corrupting = guest.run(ymm, "1", "corrupt");
    Ran ran = guest.run(ymm, "10");

    assertThat(corrupting.out()).contains("CORRUPT ymm7");
    assertThat(corrupting.status()).isNotZero();
    assertThat(ran.out()).doesNotContain("CORRUPT");
    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(0));
    List<Integer> preempted =
        ran.out().lines().map(line -> Integer.valueOf(line.replace("preempted ", ""))).toList();
    assertThat(preempted).as("times each lost the processor").hasSize(2).allMatch(n -> n > 10);
  }

  @Test
  void computationGivesTheSameResultAsOnTheHost() throws Exception {
    byte[] input = new byte[300_000];
    new Random(3).nextBytes(input);

    Ran ran = guest.run(ExecSpec.of("/bin/busybox", "sha512sum"), input);

    byte[] digest = MessageDigest.getInstance("SHA-512").digest(input);
    assertThat(ran.out()).as(ran.err()).startsWith(HexFormat.of().formatHex(digest));
  }

  @Test
  void theMemoryIsWhatWasAskedFor() throws Exception {
    String line = guest.sh("grep MemTotal /proc/meminfo").out();

    assertThat(Integer.parseInt(line.replaceAll("[^0-9]", ""))).isBetween(40 << 10, 64 << 10);
  }

  @Test
  @Tag("slow")
  void aProcessThatAsksForMoreMemoryThanThereIsDiesAlone() throws Exception {
    Ran ran = guest.run("/bin/sh", "-c", "exec tail /dev/zero");

    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Signaled(9));
    assertThat(guest.run("/bin/echo", "alive").out()).isEqualTo("alive\n");
  }

  @Test
  void theEntropyDeviceGivesBytesThatDiffer() throws Exception {
    Ran first = guest.run("/bin/busybox", "head", "-c", "32", "/dev/hwrng");
    Ran second = guest.run("/bin/busybox", "head", "-c", "32", "/dev/hwrng");

    assertThat(first.stdout()).hasSize(32).isNotEqualTo(second.stdout()).isNotEqualTo(new byte[32]);
    assertThat(guest.run("/bin/cat", "/sys/class/misc/hw_random/rng_current").out())
        .startsWith("virtio_rng");
  }

  @Test
  void theKernelHasNothingToComplainAbout() throws Exception {
    guest.assertKernelHealthy();
  }
}

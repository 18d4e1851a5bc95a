package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.agent.ExecResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two vCPUs with clocks that agree, and disks. */
@RequiresGuest
@ExtendWith(SharedGuests.class)
final class PairTest {
  /** How far the guest's wall clock may be off: it is set once, when the agent answers. */
  private static final long WALL_SECONDS_MAX = 60;

  private final Guest guest;
  private final SharedGuests.Shared shared;

  @TempDir Path dir;

  PairTest(@SharedGuests.Of(SharedGuests.Shape.PAIR) SharedGuests.Shared shared) {
    this.shared = shared;
    this.guest = shared.guest();
  }

  @Test
  void bothProcessorsAreThereAndWork() throws Exception {
    assertThat(guest.run("/bin/busybox", "nproc").out()).isEqualTo("2\n");
    for (String cpu : new String[] {"1", "2"}) {
      assertThat(guest.run("/bin/busybox", "taskset", cpu, "/bin/echo", cpu).out())
          .isEqualTo(cpu + "\n");
    }
  }

  @Test
  void noClockGoesBackOnOrBetweenProcessors() throws Exception {
    String clocks = guest.install(GuestPrograms.compile("clocks", dir));

    Ran skewed = guest.run(clocks, "500", "skew");
    Ran ran = guest.run(clocks, "5000");

    assertThat(skewed.out()).contains("BACK");
    assertThat(skewed.status()).isNotZero();
    assertThat(ran.out()).doesNotContain("BACK").contains("cpu 0 readings ", "cpu 1 readings ");
    assertThat(ran.result().outcome()).isEqualTo(new ExecResult.Exited(0));
  }

  @Test
  void theClocksRunAtTheHostsPace() throws Exception {
    String clocks = guest.install(GuestPrograms.compile("clocks", dir));

    long before = System.nanoTime();
    long[] first = now(clocks);
    long between = System.nanoTime();
    TimeUnit.SECONDS.sleep(5);
    long betweenEnd = System.nanoTime();
    long[] second = now(clocks);
    long after = System.nanoTime();

    // Whenever in its exec the guest read its clock, this much passed at least and at most.
    long least = betweenEnd - between;
    long most = after - before;
    for (int clock = 0; clock < 2; clock++) {
      assertThat(second[clock] - first[clock]).isBetween(least - least / 20, most + most / 20);
    }
    assertThat(Instant.ofEpochSecond(0, second[0]))
        .isBetween(
            Instant.now().minusSeconds(WALL_SECONDS_MAX),
            Instant.now().plusSeconds(WALL_SECONDS_MAX));
  }

  private long[] now(String clocks) throws Exception {
    return Arrays.stream(guest.run(clocks, "now").out().strip().split(" ", -1))
        .mapToLong(Long::parseLong)
        .toArray();
  }

  @Test
  void aDiskIsReadAsItIsOnTheHost() throws Exception {
    assertThat(guest.run("/bin/busybox", "sha256sum", "/dev/vdb").out())
        .startsWith(sha256(Files.readAllBytes(shared.readOnlyDisk())));
  }

  @Test
  void aReadOnlyDiskCannotBeWritten() throws Exception {
    byte[] before = Files.readAllBytes(shared.readOnlyDisk());

    Ran ran = guest.sh("dd if=/dev/zero of=/dev/vdb bs=4096 count=4 conv=fsync");

    assertThat(ran.status()).isNotZero();
    assertThat(Files.readAllBytes(shared.readOnlyDisk())).isEqualTo(before);
  }

  @Test
  void whatWasSyncedIsInTheImageAndNothingElseIs() throws Exception {
    byte[] before = Files.readAllBytes(shared.writableDisk());

    Ran written =
        guest.sh(
            "head -c 300000 /dev/urandom > /tmp/part && sha256sum < /tmp/part"
                + " && dd if=/tmp/part of=/dev/vda bs=10000 seek=100 conv=fsync,notrunc");

    assertThat(written.status()).as(written.err()).isZero();
    byte[] after = Files.readAllBytes(shared.writableDisk());
    assertThat(after).hasSize(before.length);
    assertThat(written.out()).startsWith(sha256(Arrays.copyOfRange(after, 1_000_000, 1_300_000)));
    assertThat(Arrays.equals(after, 0, 1_000_000, before, 0, 1_000_000)).isTrue();
    assertThat(Arrays.equals(after, 1_300_000, after.length, before, 1_300_000, before.length))
        .isTrue();
  }

  @Test
  void theKernelHasNothingToComplainAbout() throws Exception {
    guest.assertKernelHealthy();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}

package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.agent.ExecResult;
import dev.spore.vmm.agent.ExecSpec;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines as large as the board carries. */
@RequiresGuest
@Tag("slow")
final class LargeMachinesTest {
  private static final Pattern NORMAL_FREE =
      Pattern.compile("zone +Normal\\s+pages free +([0-9]+)");
  private static final int FILL_MIB = 32;

  @TempDir Path dir;

  @Test
  void memoryAboveFourGibibytesIsThereAndKeepsWhatIsWritten() throws Exception {
    try (Guest guest = Guest.boot(Guest.spec().memoryBytes(5L << 30).build())) {
      String total = guest.sh("grep MemTotal /proc/meminfo").out();
      assertThat(Long.parseLong(total.replaceAll("[^0-9]", ""))).isGreaterThan(4_800L << 10);

      String fill = guest.install(GuestPrograms.compile("fill", dir));
      // The kernel takes pages above 4 GiB, its zone Normal, before those below.
      long before = freeAboveFourGibibytes(guest);
      Running filling = guest.start(ExecSpec.of(fill, Integer.toString(FILL_MIB)).withStdin());
      filling.awaitOutput("filled\n");
      long meanwhile = freeAboveFourGibibytes(guest);
      Ran filled = filling.endInput().await();

      assertThat(before - meanwhile)
          .as("pages of 4 KiB")
          .isGreaterThan((FILL_MIB << 20) / 4096 / 2);
      assertThat(filled.result().outcome()).as(filled.out()).isEqualTo(new ExecResult.Exited(0));
      guest.assertKernelHealthy();
    }
  }

  private static long freeAboveFourGibibytes(Guest guest) throws Exception {
    String zones = guest.run("/bin/cat", "/proc/zoneinfo").out();
    Matcher free = NORMAL_FREE.matcher(zones);
    assertThat(free.find()).as(zones).isTrue();
    return Long.parseLong(free.group(1));
  }

  @Test
  void eightProcessorsAllWork() throws Exception {
    try (Guest guest = Guest.boot(Guest.spec().memoryBytes(128 << 20).vcpus(8).build())) {
      assertThat(guest.run("/bin/busybox", "nproc").out()).isEqualTo("8\n");
      for (int cpu = 0; cpu < 8; cpu++) {
        Ran ran =
            guest.run(
                "/bin/busybox",
                "taskset",
                Integer.toHexString(1 << cpu),
                "/bin/echo",
                "cpu " + cpu);
        assertThat(ran.out()).isEqualTo("cpu " + cpu + "\n");
      }
      guest.assertKernelHealthy();
    }
  }
}

package dev.spore.vmm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Machines as large as the board carries. */
@RequiresGuest
@Tag("slow")
final class LargeMachinesTest {
  private static final Pattern NORMAL_FREE =
      Pattern.compile("zone +Normal\\s+pages free +([0-9]+)");
  private static final int FILE_MIB = 64;

  @Test
  void memoryAboveFourGibibytesIsThereAndKeepsWhatIsWritten() throws Exception {
    try (Guest guest = Guest.boot(Guest.spec().memoryBytes(5L << 30).build())) {
      String total = guest.sh("grep MemTotal /proc/meminfo").out();
      assertThat(Long.parseLong(total.replaceAll("[^0-9]", ""))).isGreaterThan(4_800L << 10);

      // The kernel takes pages above 4 GiB, its zone Normal, before those below.
      long before = freeAboveFourGibibytes(guest);
      Ran ran =
          guest.sh("yes spore | head -c %dm > /tmp/file; sha256sum /tmp/file".formatted(FILE_MIB));
      long after = freeAboveFourGibibytes(guest);

      assertThat(before - after).as("pages of 4 KiB").isGreaterThan((FILE_MIB << 20) / 4096 / 2);
      byte[] expected = "spore\n".repeat((FILE_MIB << 20) / 6 + 1).getBytes(StandardCharsets.UTF_8);
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(expected, 0, FILE_MIB << 20);
      assertThat(ran.out()).as(ran.err()).startsWith(HexFormat.of().formatHex(digest.digest()));
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
      assertThat(guest.run("nproc").out()).isEqualTo("8\n");
      for (int cpu = 0; cpu < 8; cpu++) {
        Ran ran =
            guest.run("/bin/taskset", Integer.toHexString(1 << cpu), "/bin/echo", "cpu " + cpu);
        assertThat(ran.out()).isEqualTo("cpu " + cpu + "\n");
      }
      guest.assertKernelHealthy();
    }
  }
}

package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.HostFile;
import dev.spore.kvm.UserfaultUnavailableException;
import dev.spore.vmm.testing.TestSpores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept in the cache, for how long, and what is never deleted. */
final class KeptMachinesTest {
  @TempDir Path cache;

  /**
   * @param number in its name; a lower one was used longer ago
   */
  private Path keep(int number) throws IOException {
    Path bases = Files.createDirectories(cache.resolve("bases"));
    Path base = TestSpores.small(bases.resolve("%032x".formatted(number)));
    Instant used = Instant.now().minus(Duration.ofMinutes(100 - number));
    Files.setLastModifiedTime(base, FileTime.from(used));
    return base;
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> entries = Files.list(cache.resolve("bases"))) {
      return entries.sorted().toList();
    }
  }

  @Test
  void onlySoManyAreKeptAndThoseUsedLongestAgoGo() throws Exception {
    for (int i = 1; i <= KeptMachines.MAX + 2; i++) {
      keep(i);
    }
    KeptMachines.hold(cache.resolve("bases/%032x".formatted(2))).orElseThrow().close();

    KeptMachines.evict(cache.resolve("bases"));

    assertThat(left())
        .hasSize(KeptMachines.MAX)
        .contains(cache.resolve("bases/%032x".formatted(2)))
        .doesNotContain(cache.resolve("bases/%032x".formatted(1)));
  }

  @Test
  void whatCannotBeUsedAnyMoreGoesAndAnotherProcessKeepsWhatItUses() throws Exception {
    Path damaged = keep(1);
    Files.writeString(damaged.resolve("manifest.json"), "{}");
    Path old = keep(2);
    Files.setLastModifiedTime(old.resolve("manifest.json"), FileTime.from(Instant.EPOCH));
    Path good = keep(3);
    Path held = keep(4);
    Files.setLastModifiedTime(held.resolve("manifest.json"), FileTime.from(Instant.EPOCH));
    Path foreign = Files.createDirectory(cache.resolve("bases/somebody-elses"));
    Process user =
        new ProcessBuilder("flock", "--shared", held.toString(), "sh", "-c", "echo; exec sleep 600")
            .start();
    try {
      assertThat(user.getInputStream().read()).isPositive();
      assertThat(KeptMachines.in(cache.resolve("bases")))
          .extracting(KeptMachines.Kept::inUse)
          .containsExactly(true, false, false, false);

      KeptMachines.evict(cache.resolve("bases"));
      assertThat(left()).containsExactlyInAnyOrder(good, held, foreign);
    } finally {
      user.descendants().forEach(ProcessHandle::destroyForcibly);
      user.destroyForcibly();
      assertThat(user.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    // The lock went with the process.
    assertThat(KeptMachines.remove(held)).isTrue();
  }

  @Test
  void whoComesWhileItIsDeletedDoesNotGetItAndIsNotHarmed() throws Exception {
    Path base = keep(1);
    try (HostFile deleting = HostFile.open(base, false)) {
      assertThat(deleting.tryLock(true)).isTrue();
      assertThat(KeptMachines.hold(base)).isEmpty();
      assertThat(KeptMachines.remove(base)).isFalse();
    }
    assertThat(base).isDirectory();
    assertThat(KeptMachines.remove(base)).isTrue();
    assertThat(left()).isEmpty();
    assertThat(KeptMachines.hold(base)).isEmpty();
  }

  @Test
  void theCacheIsDescribedAndOnlyWhatIsUselessIsMarked() throws Exception {
    keep(1);
    Files.writeString(keep(2).resolve("id"), "x");
    Files.createDirectories(cache.resolve("kernels/a"));
    Files.write(cache.resolve("kernels/a/vmlinux"), new byte[1000]);

    List<CacheContents.Entry> entries = CacheContents.of(cache);

    assertThat(entries)
        .extracting(CacheContents.Entry::kind)
        .containsExactly("kernels", "base", "base");
    assertThat(entries.getFirst().bytes()).isEqualTo(1000);
    assertThat(entries.getFirst().removable()).isFalse();
    assertThat(entries)
        .extracting(entry -> String.valueOf(entry.useless()))
        .containsExactly("null", "damaged", "null");
    assertThat(CacheContents.of(cache.resolve("none"))).isEmpty();
  }

  @Test
  void whoMayNotWatchMemoryHearsWhatGrantsIt() {
    UserfaultUnavailableException.Reason forbidden = UserfaultUnavailableException.Reason.FORBIDDEN;
    Check device = Doctor.userfaultfd(forbidden, true);
    assertThat(device.ok() || device.required()).isFalse();
    assertThat(device.fix()).contains("chmod 0666 /dev/userfaultfd");
    assertThat(Doctor.userfaultfd(forbidden, false).fix())
        .contains("sysctl vm.unprivileged_userfaultfd=1");
    assertThat(Doctor.userfaultfd(UserfaultUnavailableException.Reason.UNSUPPORTED, true).fix())
        .contains("CONFIG_USERFAULTFD");
  }
}

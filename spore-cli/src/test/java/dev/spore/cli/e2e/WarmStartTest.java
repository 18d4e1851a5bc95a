package dev.spore.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import dev.spore.vmm.snapshot.Directories;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine boots once; what follows starts from it, and only from what it really was. */
@RequiresGuest
final class WarmStartTest {
  @TempDir Path dir;

  private SporeProcess.Ended spore(String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "XDG_CACHE_HOME=" + dir.resolve("cache")));
    command.addAll(SporeProcess.commandLine(args));
    return SporeProcess.start(dir, command).await();
  }

  @Test
  void theSecondRunIsRestoredAndADamagedMachineNeverRuns() throws Exception {
    SporeProcess.Ended first = spore("run", "--memory", "64mb", "--timing", "echo one > /tmp/x");
    assertThat(first.status()).as(first.stderr()).isZero();
    assertThat(first.stderr()).contains("booted: this is the first start of its kind");

    String saved = dir.resolve("saved.spore").toString();
    SporeProcess.Ended second =
        spore(
            "run",
            "--memory",
            "64mb",
            "--timing",
            "--save",
            saved,
            "cat /tmp/x; echo warm > /tmp/x; exit 3");
    assertThat(second.stderr()).contains("restored: ", "memory backing");
    // The kept machine is as it was before the first command.
    assertThat(second.stdout()).isEmpty();
    assertThat(second.status()).isEqualTo(3);

    SporeProcess.Ended third = spore("run", "--from", saved, "cat /tmp/x");
    assertThat(third).isEqualTo(new SporeProcess.Ended(0, "warm\n", ""));

    Path chunk = damageOneChunk(Path.of(saved));
    SporeProcess.Ended refused = spore("run", "--from", saved, "cat /tmp/x");
    assertThat(refused.status()).isEqualTo(22);
    assertThat(refused.stderr()).contains(chunk.getFileName().toString());
    assertThat(refused.stdout()).isEmpty();

    // What a backing holds has been proven; without it the chunks count again.
    Directories.delete(dir.resolve("cache/spore/backings"));
    damageOneChunk(dir.resolve("cache/spore/bases"));
    SporeProcess.Ended again = spore("run", "--memory", "64mb", "--timing", "echo still");
    assertThat(again.stdout()).as(again.stderr()).isEqualTo("still\n");
    assertThat(again.stderr()).contains("booted: ", "cannot be used");
    assertThat(spore("run", "--memory", "64mb", "--timing", "true").stderr())
        .contains("restored: ");
  }

  private static Path damageOneChunk(Path below) throws IOException {
    Path chunk;
    try (Stream<Path> files = Files.walk(below)) {
      chunk =
          files
              .filter(file -> file.getFileName().toString().length() == 64)
              .findFirst()
              .orElseThrow();
    }
    // A copy: the same file may be another spore's too.
    byte[] bytes = Files.readAllBytes(chunk);
    Files.delete(chunk);
    Files.write(chunk, bytes);
    try (RandomAccessFile file = new RandomAccessFile(chunk.toFile(), "rw")) {
      file.seek(1000);
      file.write(bytes[1000] ^ 1);
    }
    return chunk;
  }
}

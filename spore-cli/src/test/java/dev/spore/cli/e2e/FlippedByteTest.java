package dev.spore.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One byte of one file of a copy of a spore is not what it was. */
@RequiresGuest
final class FlippedByteTest {
  private static final String SHOW = "cat /tmp/x";
  private static final SporeProcess.Ended WARM = new SporeProcess.Ended(0, "warm\n", "");

  /** More than one of the files that are chunks: the first, the last, and some. */
  private static final int CHUNKS = 4;

  @TempDir Path dir;
  private final Random random = new Random(3);

  /** With a cache of its own, in which there is no backing of what the test saves. */
  private SporeProcess.Ended spore(String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("env", "XDG_CACHE_HOME=" + dir.resolve("cache")));
    command.addAll(SporeProcess.commandLine(args));
    return SporeProcess.start(dir, command).await();
  }

  @Test
  void isFoundInWhicheverFileWithAndWithoutABacking() throws Exception {
    Path base = dir.resolve("base.spore");
    SporeProcess.Ended saved =
        SporeProcess.start(dir, "run", "--save", base.toString(), "echo warm > /tmp/x").await();
    assertThat(saved.status()).as(saved.stderr()).isZero();
    Path copy = dir.resolve("copy.spore");
    Process cp = new ProcessBuilder("cp", "-r", base.toString(), copy.toString()).start();
    assertThat(cp.waitFor()).isZero();

    assertEachIsFound(copy);

    assertThat(spore("fanout", base.toString(), "--count", "1", SHOW).stdout())
        .isEqualTo("[0] warm\n");
    assertThat(run(base, "backing")).isEqualTo(WARM);
    assertThat(run(copy, "backing")).isEqualTo(WARM);
    assertEachIsFound(copy);
    assertThat(run(copy, "backing")).isEqualTo(WARM);
  }

  private SporeProcess.Ended run(Path spore, String mode) throws Exception {
    return spore("run", "--from", spore.toString(), "--restore", mode, SHOW);
  }

  private void assertEachIsFound(Path copy) throws Exception {
    for (Path file : files(copy)) {
      long at = random.nextLong(Files.size(file));
      flip(file, at);
      SporeProcess.Ended ended = run(copy, "auto");
      flip(file, at);
      if (file.endsWith("working.set")) {
        assertThat(ended).isEqualTo(WARM);
        continue;
      }
      // When id and manifest disagree, nothing says which of them is wrong.
      Path named = file.endsWith("id") ? copy : file;
      String what = "byte %d of %s: %s".formatted(at, file, ended.stderr());
      assertThat(ended.status()).as(what).isEqualTo(22);
      assertThat(ended.stderr()).as(what).contains(named.toString());
      assertThat(ended.stdout()).isEmpty();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 0x10);
    }
  }

  /** All that is no chunk, and some that are. */
  private List<Path> files(Path spore) throws IOException {
    List<Path> files = new ArrayList<>();
    List<Path> chunks = new ArrayList<>();
    try (Stream<Path> all = Files.walk(spore)) {
      all.filter(Files::isRegularFile)
          .filter(file -> file.toFile().length() > 0)
          .sorted()
          .forEach(file -> (file.startsWith(spore.resolve("chunks")) ? chunks : files).add(file));
    }
    assertThat(files)
        .extracting(file -> String.valueOf(file.getFileName()))
        .contains("id", "manifest.json", "memory.index");
    files.add(chunks.getFirst());
    files.add(chunks.getLast());
    for (int i = 2; i < CHUNKS; i++) {
      files.add(chunks.get(random.nextInt(chunks.size())));
    }
    return files;
  }
}

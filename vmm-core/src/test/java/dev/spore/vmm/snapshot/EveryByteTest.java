package dev.spore.vmm.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.testing.TestSpores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every byte of every file of a spore that is not a chunk, one at a time; chunks are sampled by
 * {@link DamagedSporeTest}.
 */
final class EveryByteTest {
  /** The index of a large memory is like that of a small one, only longer. */
  private static final long SIZE_MAX = 60_000;

  /** Adds up to all bits over the bytes of a file, high ones among them, which are no ASCII. */
  private static final int[] FLIPS = {0x01, 0x80, 0x20};

  @TempDir Path dir;
  private Path spore = Path.of("");

  private List<Path> files(String golden, String expected) throws IOException {
    spore = TestSpores.make(dir.resolve("base"), golden, Map.of());
    try (Stream<Path> all = Files.list(spore)) {
      List<Path> files =
          all.filter(Files::isRegularFile).filter(f -> f.toFile().length() < SIZE_MAX).toList();
      assertThat(files)
          .extracting(file -> String.valueOf(file.getFileName()))
          .contains("id", "manifest.json", expected);
      return files;
    }
  }

  /** What restoring does before it makes anything of the machine. */
  private void open() {
    SporeCheck.chunks(Spore.open(spore));
  }

  private void assertRefused(Path file, int at) {
    // The id names the manifest: when they disagree, nothing says which of them is wrong.
    Path named = file.endsWith(Spore.ID_FILE) ? spore : file;
    try {
      open();
    } catch (SporeException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_INVALID);
      assertThat(e).hasMessageContaining(named.toString());
      return;
    }
    throw new AssertionError("byte %d of %s does not matter".formatted(at, file));
  }

  @ParameterizedTest
  @CsvSource({"small.json, memory.index", "full.json, disk0.index"})
  void noneCanBeChanged(String golden, String expected) throws Exception {
    for (Path file : files(golden, expected)) {
      byte[] whole = Files.readAllBytes(file);
      for (int at = 0; at < whole.length; at++) {
        byte[] changed = whole.clone();
        changed[at] ^= (byte) FLIPS[at % FLIPS.length];
        Files.write(file, changed);
        assertRefused(file, at);
      }
      Files.write(file, whole);
      assertThatCode(this::open).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @CsvSource({"small.json, memory.index", "full.json, disk0.index"})
  void noFileCanEndEarlyOrLate(String golden, String expected) throws Exception {
    for (Path file : files(golden, expected)) {
      byte[] whole = Files.readAllBytes(file);
      int step = Math.max(1, whole.length / 256);
      for (int length = 0; length < whole.length; length += step) {
        Files.write(file, Arrays.copyOf(whole, length));
        assertRefused(file, length);
      }
      for (int more : new int[] {1, 32, 4096}) {
        Files.write(file, Arrays.copyOf(whole, whole.length + more));
        assertRefused(file, whole.length);
      }
      Files.write(file, whole);
    }
  }
}

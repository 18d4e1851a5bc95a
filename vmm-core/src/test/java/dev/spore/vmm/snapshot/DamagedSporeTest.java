package dev.spore.vmm.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.testing.TestSpores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A spore that is not as it was written is refused, naming the file. */
final class DamagedSporeTest {
  /** Bytes of a large file that are flipped one at a time, beside its first and last. */
  private static final int FLIPS = 12;

  @TempDir Path dir;
  private Path spore = Path.of("");

  @BeforeEach
  void make() {
    spore = TestSpores.full(dir.resolve("base"));
  }

  private void openAndVerify() {
    SporeCheck.verify(Spore.open(spore), () -> {});
  }

  private void refused(Path file, ThrowingCallable use) {
    assertThatExceptionOfType(SporeException.class)
        .isThrownBy(use)
        .withMessageContaining(file.toString())
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_INVALID));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(spore)) {
      return all.filter(Files::isRegularFile).filter(f -> f.toFile().length() > 0).toList();
    }
  }

  @Test
  void wholeOneIsAccepted() {
    assertThatCode(this::openAndVerify).doesNotThrowAnyException();
  }

  @Test
  void anyFlippedByteIsFoundInItsFile() throws Exception {
    Random random = new Random(1);
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < FLIPS + 2; i++) {
        int at = i == 0 ? 0 : i == 1 ? whole.length - 1 : random.nextInt(whole.length);
        whole[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, whole);
        // The id names the manifest: when they disagree, nothing says which of them is wrong.
        Path named = file.endsWith(Spore.ID_FILE) ? spore : file;
        refused(named, this::openAndVerify);
        whole = restored(file, whole, at);
      }
      openAndVerify();
    }
  }

  private byte[] restored(Path file, byte[] flipped, int at) throws IOException {
    Path copy = pristine(file);
    byte[] whole = Files.readAllBytes(copy);
    flipped[at] = whole[at];
    Files.write(file, whole);
    return flipped;
  }

  private Path pristine(Path file) {
    Path other = dir.resolve("pristine");
    if (Files.notExists(other)) {
      TestSpores.full(other);
    }
    return other.resolve(spore.relativize(file).toString());
  }

  @Test
  void missingShortAndLongFilesAreNamed() throws Exception {
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      Files.delete(file);
      refused(file, this::openAndVerify);
      Files.write(file, Arrays.copyOf(whole, whole.length - 1));
      refused(file, this::openAndVerify);
      Files.write(file, Arrays.copyOf(whole, whole.length + 1));
      refused(file, this::openAndVerify);
      Files.write(file, whole);
    }
  }

  @Test
  void noFileMayBeASymbolicLink() throws Exception {
    for (Path file : files()) {
      Path away = dir.resolve("away");
      Files.move(file, away);
      Files.createSymbolicLink(file, away);
      refused(file, this::openAndVerify);
      Files.delete(file);
      Files.move(away, file);
    }
  }

  @Test
  void chunksMayBeALinkInOneFormOnly() throws Exception {
    Path chunks = spore.resolve("chunks");
    Path beside = dir.resolve("chunks");
    Files.move(chunks, beside);
    for (String target :
        List.of(
            beside.toString(), "../chunks/", ".././chunks", "../../chunks", "../base/../chunks")) {
      Files.createSymbolicLink(chunks, Path.of(target.endsWith("/") ? target + "." : target));
      refused(chunks, this::openAndVerify);
      Files.delete(chunks);
    }
    refused(chunks, this::openAndVerify);
    Files.createSymbolicLink(chunks, Path.of("../chunks"));
    openAndVerify();
    Files.move(beside, dir.resolve("elsewhere"));
    Files.createSymbolicLink(beside, dir.resolve("elsewhere"));
    refused(beside, this::openAndVerify);
  }

  @Test
  void firstDamagedChunkOfTheIndexIsTheOneThatIsNamed() throws Exception {
    Spore whole = Spore.open(spore);
    List<Path> inOrder =
        SporeCheck.chunks(whole).keySet().stream().map(whole.chunks()::path).toList();
    for (Path file : inOrder) {
      Files.write(file, new byte[] {1});
    }
    refused(inOrder.getFirst(), this::openAndVerify);
  }
}

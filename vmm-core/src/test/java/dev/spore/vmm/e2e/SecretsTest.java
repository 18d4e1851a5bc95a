package dev.spore.vmm.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.testing.RequiresGuest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the process that ran a machine knew is in none of the machine's files. */
@RequiresGuest
@ExtendWith(SavedGuest.Shared.class)
final class SecretsTest {
  private final SavedGuest saved;

  SecretsTest(SavedGuest saved) {
    this.saved = saved;
  }

  @Test
  void nothingOfTheHostsMemoryAndEnvironmentIsInASpore() throws Exception {
    assertThat(filesWith(SavedGuest.WITNESS.getBytes(UTF_8)))
        .as("what the guest's memory holds is found")
        .isNotEmpty();
    assertThat(filesWith(SavedGuest.HOST_SECRET)).isEmpty();
    assertThat(filesWith(HexFormat.of().formatHex(SavedGuest.HOST_SECRET).getBytes(UTF_8)))
        .isEmpty();
    assertThat(filesWith(System.getProperty("java.class.path").getBytes(UTF_8))).isEmpty();
    assertThat(filesWith(System.getProperty("user.dir").getBytes(UTF_8))).isEmpty();
  }

  private List<Path> filesWith(byte[] wanted) throws IOException {
    try (Stream<Path> files = Files.walk(saved.spore())) {
      return files.filter(Files::isRegularFile).filter(file -> has(file, wanted)).toList();
    }
  }

  private static boolean has(Path file, byte[] wanted) {
    // A byte is a character here, and the other way round.
    return read(file).contains(new String(wanted, ISO_8859_1));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

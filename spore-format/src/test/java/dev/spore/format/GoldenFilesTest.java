package dev.spore.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.cas.Blake3;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.ManifestCodec;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class GoldenFilesTest {
  private static final byte[] CHANGES = {0x01, 0x20, (byte) 0x80, 0x40};
  private static final int LARGE_BYTES = 16 << 10;

  static Stream<String> names() {
    return GoldenFiles.NAMES.stream();
  }

  @ParameterizedTest
  @CsvSource({
    "small.json, 881dd5d497c9a351b7e506c1a7ea798252bc8cc351d2f21d254879b56c089eb1",
    "full.json, 70ad7ab1372c3795ae9e90dc9592a6f106b06a5bafd0b0b2e5e4619faeb628b1",
    "memory.index, 7607cab91c5cf88344d4c6fc4b4898cbc1bfe975d1787367ea8f757e98e8ee82",
    "disk.index, 9ca32c2420d19b4adc5e1d645305963e227cb35d7c6d217a67bb09009326ab9e",
    "working.set, c4ad1c8ecec12add4d17bded6ea06cb42efd7ecc57c9fda9443614e123fe785c",
    "backing.proof, 97edefcdb1296b2938bac154b37116f6a1632ef041b51efca48c5d31dc26b5b9",
  })
  void theFilesThemselvesNeverChange(String name, String digest) throws IOException {
    assertThat(Blake3.hash(GoldenFiles.read(name)).hex()).isEqualTo(digest);
  }

  @ParameterizedTest
  @MethodSource("names")
  void isReadAndWrittenAsItIs(String name) throws IOException {
    byte[] golden = GoldenFiles.read(name);

    assertThat(Rebuilt.file(name, golden)).isEqualTo(golden);
  }

  @ParameterizedTest
  @MethodSource("names")
  void noPrefixOfItIsRead(String name) throws IOException {
    byte[] golden = GoldenFiles.read(name);
    for (int length = 0; length < golden.length; length += step(golden)) {
      byte[] prefix = Arrays.copyOf(golden, length);
      assertThatThrownBy(() -> Rebuilt.file(name, prefix)).isInstanceOf(FormatException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aChangedByteIsRefusedOrWrittenAsItIs(String name) throws IOException {
    byte[] golden = GoldenFiles.read(name);
    for (int at = 0; at < golden.length; at += step(golden)) {
      byte[] changed = golden.clone();
      changed[at] ^= CHANGES[at % CHANGES.length];
      assertRefusedOrSame(name, changed);
    }
  }

  @Test
  void theValuesAreThoseThatWereWritten() throws IOException {
    Manifest manifest = ManifestCodec.parse(GoldenFiles.read("small.json"));

    assertThat(manifest.writer()).isEqualTo("0.1.0");
    assertThat(manifest.host().cpuVendor()).isEqualTo("GenuineIntel");
    assertThat(manifest.machine().vcpus().getFirst().registers().rip())
        .isEqualTo(0x8c134c6bb20f99d3L);
    assertThat(manifest.machine().vm().pit().channels().get(2).count()).isEqualTo(60006);
  }

  /** The large manifest repeats the members of the small one: every eleventh byte of it will do. */
  private static int step(byte[] golden) {
    return golden.length > LARGE_BYTES ? 11 : 1;
  }

  private static void assertRefusedOrSame(String name, byte[] changed) {
    try {
      assertThat(Rebuilt.file(name, changed)).isEqualTo(changed);
    } catch (FormatException refused) {
      assertThat(refused.code()).isNotNull();
    }
  }
}

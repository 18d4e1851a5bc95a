package dev.spore.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.FormatException.Code;
import dev.spore.format.manifest.Manifest;
import dev.spore.format.manifest.ManifestCodec;
import dev.spore.format.manifest.SporeHeader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ManifestCodecTest {
  private static final String HEADER = "{\"format\":\"spore\",\"version\":1,\"writer\":\"0.1.0\"";

  @Property(tries = 300)
  void whatIsWrittenIsReadAgain(@ForAll long seed) {
    Manifest manifest = ManifestSampler.manifest(seed);

    byte[] bytes = ManifestCodec.encode(manifest);
    Manifest parsed = ManifestCodec.parse(bytes);

    assertThat(parsed).isEqualTo(manifest);
    assertThat(ManifestCodec.encode(parsed)).isEqualTo(bytes);
  }

  @Property(tries = 1000)
  void aChangedByteIsRefusedOrAnotherManifest(
      @ForAll long seed, @ForAll int position, @ForAll byte value) {
    byte[] bytes = ManifestCodec.encode(ManifestSampler.manifest(seed));
    bytes[Math.floorMod(position, bytes.length)] = value;
    try {
      assertThat(ManifestCodec.encode(ManifestCodec.parse(bytes))).isEqualTo(bytes);
    } catch (FormatException refused) {
      assertThat(refused).hasMessageStartingWith("manifest.json:");
    }
  }

  @Test
  void noPrefixIsAManifest() {
    byte[] bytes = ManifestCodec.encode(ManifestSampler.manifest(3));
    for (int length = 0; length < bytes.length; length++) {
      byte[] prefix = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> ManifestCodec.parse(prefix)).isInstanceOf(FormatException.class);
    }
  }

  @Test
  void nothingMayFollow() {
    byte[] bytes = ManifestCodec.encode(ManifestSampler.manifest(4));
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    longer[bytes.length] = '\n';

    assertThatThrownBy(() -> ManifestCodec.parse(longer)).hasMessageContaining("follows the end");
  }

  @Test
  void theHeaderOfAnyVersionCanBeRead() {
    byte[] future =
        "{\"format\":\"spore\",\"version\":7,\"writer\":\"9.9\",[[ nobody knows"
            .getBytes(StandardCharsets.UTF_8);

    assertThat(SporeHeader.read(future)).isEqualTo(new SporeHeader(7, "9.9"));
    assertThatThrownBy(() -> ManifestCodec.parse(future))
        .isInstanceOfSatisfying(
            FormatException.class, e -> assertThat(e.code()).isEqualTo(Code.UNKNOWN_VERSION))
        .hasMessageContaining("written by spore 9.9 in format 7; this spore reads format 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`{\"format\":\"spore\"`|`{\"format\":\"spire\"`|is not the manifest",
        "`\"version\":1`|`\"version\":01`|version: is not a number",
        "`\"version\":1`|`\"version\":1.0`|has no ,",
        "`\"version\":1`|`\"version\":-1`|version: is not a number",
        "`\"version\":1`|`\"version\":99999999999999999999`|version: is not a number",
        "`\"writer\"`|` \"writer\"`|writer: is not the next member",
        "`\"writer\":`|`\"writer\": `|writer: is not a string",
        "`\"vcpus\":`|`\"vcpu\":`|board.vcpus: is not the next member",
        "`\"rax\":\"`|`\"rax\":\"0`|registers.rax: is not 16 lower-case hexadecimal",
        "`\"rax\":`|`\"rbx\":`|registers.rax: is not the next member",
        "`\"smi\":{\"in_smm\":`|`\"smi\":{\"smm\":`|machine.vcpus[0].events.smi.in_smm",
        "`\"annotations\":{`|`\"annotations\":{\"\":\"a\",\"\":\"b\",`|not in rising order",
        "`\"annotations\":{`|`\"unknown\":1,\"annotations\":{`|annotations: is not the next",
        "`\"read_only\":true`|`\"read_only\":0`|neither true nor false",
        "`\"read_only\":true`|`\"read_only\":false`|has no disk like it",
        "`\"activity\":\"`|`\"activity\":\"un`|unknown activity",
        "`\"triple_fault\":`|`\"triple_fault\":null,\"x\":`|triple_fault: is neither",
      })
  void whatIsNotInTheOneFormIsRefused(String from, String to, String message) {
    String text = new String(ManifestCodec.encode(sample()), StandardCharsets.UTF_8);
    assertThat(text).contains(from);
    int at = text.indexOf(from);
    String changed = text.substring(0, at) + to + text.substring(at + from.length());

    assertThatThrownBy(() -> ManifestCodec.parse(changed.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aManifestBeyondItsBoundIsRefusedUnread() {
    byte[] bytes = new byte[FormatLimits.MANIFEST_BYTES_MAX + 1];

    assertThatThrownBy(() -> ManifestCodec.parse(bytes))
        .isInstanceOfSatisfying(
            FormatException.class, e -> assertThat(e.code()).isEqualTo(Code.TOO_LARGE));
  }

  @Test
  void theHeaderComesFirst() {
    assertThat(ManifestCodec.encode(sample())).startsWith(HEADER.getBytes(StandardCharsets.UTF_8));
  }

  /** A manifest with a read-only disk. */
  private static Manifest sample() {
    long seed = 0;
    while (true) {
      Manifest manifest = ManifestSampler.manifest(seed++);
      if (!manifest.disks().isEmpty() && manifest.disks().getFirst().readOnly()) {
        return manifest;
      }
    }
  }
}

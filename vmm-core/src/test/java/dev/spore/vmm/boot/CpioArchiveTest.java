package dev.spore.vmm.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.vmm.boot.CpioArchive.Member;
import dev.spore.vmm.e2e.InitrdArchive;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent is known from an initrd of one plain archive, and from nothing that only looks so. */
final class CpioArchiveTest {
  private static final int FILE = 0100755;
  private static final byte[] AGENT = "the agent".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path dir;

  private static InitrdArchive archive() {
    return new InitrdArchive().add("bin", 040755, new byte[0]).add("bin/sh", FILE, new byte[13]);
  }

  private Optional<Member> find(byte[] bytes) throws Exception {
    return CpioArchive.find(Files.write(dir.resolve("initrd"), bytes), "init");
  }

  private void assertFound(byte[] bytes) throws Exception {
    Member member = find(bytes).orElseThrow();
    long end = member.offsetBytes() + member.sizeBytes();
    assertThat(Arrays.copyOfRange(bytes, (int) member.offsetBytes(), (int) end)).isEqualTo(AGENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"init", "./init", "/init"})
  void theFileIsFoundByAnyOfItsNames(String name) throws Exception {
    assertFound(archive().add(name, FILE, AGENT).add("x", FILE, new byte[1]).end());
  }

  @Test
  void theLastOfTwoCountsAndPaddingDoesNot() throws Exception {
    byte[] bytes = archive().add("init", FILE, new byte[3]).add("init", FILE, AGENT).end();
    assertFound(bytes);
    assertFound(Arrays.copyOf(bytes, bytes.length + 4096));
  }

  @Test
  void whatIsNoFileOfItsOwnIsNotKnown() throws Exception {
    assertThat(find(archive().end())).isEmpty();
    assertThat(find(archive().add("init", 0120777, AGENT).end())).isEmpty();
    assertThat(find(archive().add("init", FILE, new byte[0]).end())).isEmpty();
    assertThat(find(archive().add("sbin/init", FILE, AGENT).end())).isEmpty();
    assertThat(find(archive().add("init", FILE, AGENT).add("init", 0120777, AGENT).end()))
        .isEmpty();
  }

  @Test
  void anArchiveThatIsFollowedByAnotherIsNotKnown() throws Exception {
    byte[] one = archive().add("init", FILE, AGENT).end();
    byte[] two = Arrays.copyOf(one, 2 * one.length);
    System.arraycopy(one, 0, two, one.length, one.length);
    assertThat(find(two)).isEmpty();
    byte[] compressed = Arrays.copyOf(one, one.length + 20);
    compressed[one.length] = 0x1f;
    assertThat(find(compressed)).isEmpty();
  }

  @Test
  void anArchiveThatEndsAnywhereElseIsNotKnown() throws Exception {
    byte[] whole = archive().add("init", FILE, AGENT).end();
    // Its last bytes are the end of a name and padding.
    for (int length = 1; length < whole.length - 14; length++) {
      assertThat(find(Arrays.copyOf(whole, length))).as("%d bytes", length).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, x", "5, 2", "54, f", "94, f", "14, z", "100, 0"})
  void aHeaderThatIsNoneIsNotKnown(int at, char digit) throws Exception {
    byte[] bytes = new InitrdArchive().add("init", FILE, AGENT).end();
    bytes[at] = (byte) digit;
    // A name of no byte at all.
    bytes[101] = at == 100 ? (byte) '0' : bytes[101];
    assertThat(find(bytes)).isEmpty();
  }

  @Test
  void compressedInitrdsAreNotKnown() throws Exception {
    assertThat(find(new byte[] {0x1f, (byte) 0x8b, 8, 0})).isEmpty();
    assertThat(find(new byte[4096])).isEmpty();
  }
}

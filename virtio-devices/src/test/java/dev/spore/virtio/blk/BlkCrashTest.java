package dev.spore.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BlkCrashTest {
  @Test
  void whatWasFlushedIsOnDiskAfterTheProcessIsKilled() throws Exception {
    try (TestImage image = TestImage.ofSectors(CrashingWriter.SECTORS)) {
      Process child = start(image.path);
      try (BufferedReader told =
          new BufferedReader(
              new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
        assertThat(told.readLine()).isEqualTo("flushed 1");
        child.getOutputStream().write('\n');
        child.getOutputStream().flush();
        assertThat(told.readLine()).isEqualTo("flushed 2");
      } finally {
        child.destroyForcibly();
      }
      assertThat(child.waitFor()).isEqualTo(128 + 9);

      byte[] expected = new byte[CrashingWriter.SECTORS * Disk.SECTOR_BYTES];
      Arrays.fill(expected, (byte) 2);
      assertThat(image.bytes()).isEqualTo(expected);
    }
  }

  private static Process start(Path image) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            CrashingWriter.class.getName(),
            image.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}

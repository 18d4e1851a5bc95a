package dev.spore.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileDiskTest {
  @Test
  void anImageThatIsNotWholeSectorsIsRefusedWithTheCure() throws IOException {
    try (TestImage image = TestImage.ofSectors(1)) {
      image.channel.truncate(511);
      assertThatThrownBy(() -> new FileDisk(image.channel, false, HolePuncher.NONE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("511 bytes")
          .hasMessageContaining("truncate -s %512");
      image.channel.truncate(0);
      assertThatThrownBy(() -> new FileDisk(image.channel, false, HolePuncher.NONE))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void discardAndUnmappingZeroesPunchAndPlainZeroesWrite() throws IOException {
    try (TestImage image = TestImage.ofSectors(8)) {
      List<String> punched = new ArrayList<>();
      FileDisk disk =
          image.disk(
              false,
              (offset, length) -> {
                punched.add(offset + "+" + length);
                return true;
              });

      disk.discard(512, 1024);
      disk.writeZeroes(2048, 512, true);
      disk.writeZeroes(3072, 512, false);

      assertThat(punched).containsExactly("512+1024", "2048+512");
      byte[] expected = TestImage.pattern(0, 8);
      Arrays.fill(expected, 3072, 3584, (byte) 0);
      assertThat(image.bytes()).isEqualTo(expected);
    }
  }

  @Test
  void aFileThatCannotHaveHolesKeepsDiscardedBytesAndGetsZeroesWritten() throws IOException {
    try (TestImage image = TestImage.ofSectors(400)) {
      FileDisk disk = image.disk();

      disk.discard(0, 512);
      disk.writeZeroes(512, 300 * 512, true);

      byte[] expected = TestImage.pattern(0, 400);
      Arrays.fill(expected, 512, 301 * 512, (byte) 0);
      assertThat(image.bytes()).isEqualTo(expected);
    }
  }

  @Test
  void aReadBeyondATruncationIsAnErrorThatSaysSo() throws IOException {
    try (TestImage image = TestImage.ofSectors(4)) {
      FileDisk disk = image.disk();
      image.channel.truncate(600);

      assertThatThrownBy(() -> disk.read(512, ByteBuffer.allocate(512)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("truncated");
      assertThat(disk.sizeBytes()).isEqualTo(4 * 512);
    }
  }
}

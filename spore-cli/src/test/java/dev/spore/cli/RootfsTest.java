package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RootfsTest {
  @TempDir Path dir;

  private Path image(int size, int offset, int... bytes) throws IOException {
    byte[] content = new byte[size];
    for (int i = 0; i < bytes.length; i++) {
      content[offset + i] = (byte) bytes[i];
    }
    return Files.write(dir.resolve("image"), content);
  }

  @Test
  void fileSystemsAreKnownByTheirMagic() throws IOException {
    assertThat(Rootfs.open(image(4096, 0, 'h', 's', 'q', 's'), false).type()).isEqualTo("squashfs");
    assertThat(Rootfs.open(image(4096, 1024, 0xe2, 0xe1, 0xf5, 0xe0), false).type())
        .isEqualTo("erofs");
    assertThat(Rootfs.open(image(4096, 1080, 0x53, 0xef), true))
        .isEqualTo(new Rootfs(dir.resolve("image"), "ext4", true));
  }

  @Test
  void zeroesAShortFileAndATextAreNoFileSystem() throws IOException {
    for (int size : new int[] {0, 1, 1081, 4096}) {
      Path image = image(size, 0);
      assertThatThrownBy(() -> Rootfs.open(image, false))
          .isInstanceOf(SporeException.class)
          .hasMessageContaining(image + ": not an ext4, squashfs or erofs image")
          .extracting(e -> ((SporeException) e).code())
          .isEqualTo(ErrorCode.OBJECT_INVALID);
    }
  }

  @Test
  void aReadOnlyFormatCannotBeWritable() throws IOException {
    Path image = image(4096, 0, 'h', 's', 'q', 's');

    assertThatThrownBy(() -> Rootfs.open(image, true))
        .hasMessageContaining("is squashfs, which cannot be written");
  }

  @Test
  void aMissingFileADirectoryAndADeviceAreTold() {
    assertThatThrownBy(() -> Rootfs.open(dir.resolve("none"), false))
        .hasMessage("--rootfs " + dir.resolve("none") + ": no such file");
    assertThatThrownBy(() -> Rootfs.open(dir, false)).hasMessageContaining("not a regular file");
    assertThatThrownBy(() -> Rootfs.open(Path.of("/dev/zero"), false))
        .hasMessageContaining("not a regular file");
  }
}

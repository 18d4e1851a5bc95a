package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BaseMachinesTest {
  @TempDir Path dir;
  private Installation installation = new Installation(null, Path.of("cache"), null, null, null);
  private Path image = Path.of("image");

  @BeforeEach
  void files() throws IOException {
    Path kernel = Files.createFile(dir.resolve("vmlinux"));
    Path initrd = Files.createFile(dir.resolve("initrd.cpio"));
    installation = new Installation(null, dir, kernel, initrd, null);
    byte[] ext4 = new byte[4096];
    // Its superblock magic, which is all the host looks at.
    ext4[1080] = 0x53;
    ext4[1081] = (byte) 0xef;
    image = Files.write(dir.resolve("root.ext4"), ext4);
  }

  private RunRequest request(String... flags) {
    RunOptions options = new RunOptions();
    List<String> words = options.table().parse(List.of(flags));
    return RunRequests.of(options, words, List.of("true"), installation, Map.of(), 4L << 30);
  }

  @Test
  void oneKindOfStartHasOneKey() throws IOException {
    assertThat(BaseMachines.key(request("--env", "A=1")))
        .isEqualTo(BaseMachines.key(request("--timeout", "5s")));
  }

  @Test
  void whateverAMachineBootsWithIsInItsKey() throws IOException {
    Path other = Files.createFile(dir.resolve("other"));

    assertThat(
            List.of(
                BaseMachines.key(request()),
                BaseMachines.key(request("--memory", "64mb")),
                BaseMachines.key(request("--vcpus", "2")),
                BaseMachines.key(request("--kernel", other.toString())),
                BaseMachines.key(request("--initrd", other.toString())),
                BaseMachines.key(request("--rootfs", image.toString()))))
        .doesNotHaveDuplicates();
  }

  @Test
  void anImageThatWasWrittenIsAnotherThoughItsSizeAndTimeAreAsBefore() throws IOException {
    String before = BaseMachines.key(request("--rootfs", image.toString()));
    FileTime time = Files.getLastModifiedTime(image);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(2000);
      file.write(1);
    }
    Files.setLastModifiedTime(image, time);

    assertThat(BaseMachines.key(request("--rootfs", image.toString()))).isNotEqualTo(before);
  }

  @Test
  void aMachineThatWritesToItsImageIsNotKept() {
    RunRequest writing = request("--rootfs", image.toString(), "--rootfs-rw");

    assertThat(BaseMachines.of(writing)).isNull();
    assertThat(BaseMachines.of(request("--rootfs", image.toString()))).isNotNull();
  }
}

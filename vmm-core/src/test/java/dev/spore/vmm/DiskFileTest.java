package dev.spore.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskFileTest {
  private static final int SIZE = 64 << 10;

  @TempDir Path directory;
  private Path image = Path.of("");

  @BeforeEach
  void make() throws IOException {
    image = directory.resolve("disk.img");
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) 7);
    Files.write(image, bytes);
  }

  @AfterEach
  void nothingStaysOpen() {
    assertThat(Footprint.now().descriptors()).noneMatch(name -> name.endsWith(".img"));
  }

  private DiskFile reader() {
    return DiskFile.open(new DiskSpec(image, true));
  }

  private DiskFile writer() {
    return DiskFile.open(new DiskSpec(image, false));
  }

  private static void assertRefused(ErrorCode code, DiskSpec spec, String... words) {
    assertThatThrownBy(() -> DiskFile.open(spec))
        .isInstanceOfSatisfying(SporeException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(spec.image().toString())
        .hasMessageContainingAll(words);
  }

  @Test
  void machinesOfOneProcessShareAnImageForReading() throws IOException {
    try (DiskFile first = reader()) {
      try (DiskFile second = reader()) {
        assertThat(second.disk().isReadOnly()).isTrue();
      }
      assertRefused(ErrorCode.OBJECT_INVALID, new DiskSpec(image, false), "in use by another");
      assertThat(first.disk().sizeBytes()).isEqualTo(SIZE);
    }
  }

  @Test
  void writerHasTheImageAlone() throws IOException {
    try (DiskFile first = writer()) {
      assertRefused(ErrorCode.OBJECT_INVALID, new DiskSpec(image, false), "in use by another");
      assertRefused(ErrorCode.OBJECT_INVALID, new DiskSpec(image, true), "being written");
      assertThat(first.disk().isReadOnly()).isFalse();
    }
    writer().close();
  }

  @Test
  void discardedSectorsReadAsZeroesWhereTheFileSystemHasHoles() throws IOException {
    try (DiskFile file = writer()) {
      file.disk().writeZeroes(4096, 8192, true);
      file.disk().discard(32 << 10, 4096);
      ByteBuffer read = ByteBuffer.allocate(8192);
      file.disk().read(4096, read);
      assertThat(read.array()).containsOnly(0);
    }
    assertThat(Files.size(image)).isEqualTo(SIZE);
    assertThat(Files.readAllBytes(image)[SIZE - 1]).isEqualTo((byte) 7);
  }

  @Test
  void whatIsNoDiskImageIsRefusedByName() throws Exception {
    Path missing = directory.resolve("missing.img");
    assertRefused(ErrorCode.OBJECT_NOT_FOUND, new DiskSpec(missing, true), "does not exist");
    assertRefused(ErrorCode.OBJECT_INVALID, new DiskSpec(directory, true), "neither a file");
    assertRefused(ErrorCode.OBJECT_INVALID, new DiskSpec(directory, false), "cannot be opened");
    assertRefused(
        ErrorCode.OBJECT_INVALID, new DiskSpec(Path.of("/dev/null"), true), "neither a file");
    Path fifo = directory.resolve("fifo.img");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    assertRefused(ErrorCode.OBJECT_INVALID, new DiskSpec(fifo, true), "neither a file");
    assertRefused(ErrorCode.OBJECT_INVALID, new DiskSpec(fifo, false), "neither a file");
    Path ragged = directory.resolve("ragged.img");
    Files.write(ragged, new byte[513]);
    assertRefused(ErrorCode.OBJECT_INVALID, new DiskSpec(ragged, true), "513 bytes");
    Path empty = directory.resolve("empty.img");
    Files.write(empty, new byte[0]);
    assertRefused(ErrorCode.OBJECT_INVALID, new DiskSpec(empty, true), "0 bytes");
  }
}

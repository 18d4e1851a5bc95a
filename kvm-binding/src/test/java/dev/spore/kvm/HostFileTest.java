package dev.spore.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostFileTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void make() throws IOException {
    file = directory.resolve("file");
    byte[] bytes = new byte[SIZE];
    Arrays.fill(bytes, (byte) 7);
    Files.write(file, bytes);
  }

  @Test
  void holeReadsAsZeroesKeepsTheSizeAndFreesStorage() throws Exception {
    try (HostFile open = HostFile.open(file, true)) {
      long before = blocks();
      assumeTrue(open.punchHole(4096, SIZE / 2), "no holes on this file system");
      byte[] bytes = Files.readAllBytes(file);
      assertThat(bytes).hasSize(SIZE);
      assertThat(bytes[4095]).isEqualTo((byte) 7);
      assertThat(bytes[4096 + SIZE / 2]).isEqualTo((byte) 7);
      assertThat(Arrays.copyOfRange(bytes, 4096, 4096 + SIZE / 2)).containsOnly(0);
      assertThat(blocks()).isLessThan(before);
    }
  }

  private long blocks() throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    String text = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    return Long.parseLong(text.strip());
  }

  @Test
  void statusIsWhatJavaSees() throws Exception {
    try (HostFile open = HostFile.open(file, false)) {
      FileStatus status = open.status();
      assertThat(status.isRegular()).isTrue();
      assertThat(status.sizeBytes()).isEqualTo(SIZE);
      assertThat(status.inode()).isEqualTo(Files.getAttribute(file, "unix:ino"));
      assertThat(status.device()).isEqualTo(Files.getAttribute(file, "unix:dev"));
      assertThat(status.ownerUid()).isEqualTo(Host.userId());
      assertThat(Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS))
          .isEqualTo(status.modifiedNanos());
      assertThat(((FileTime) Files.getAttribute(file, "unix:ctime")).to(TimeUnit.NANOSECONDS))
          .isEqualTo(status.changedNanos());
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
      assertThat(open.status().isWritableByOthers()).isFalse();
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw--w----"));
      assertThat(open.status().isWritableByOthers()).isTrue();
    }
  }

  @Test
  void aNameShowsWhatAnOpeningShowsAndALinkIsNotFollowed() throws Exception {
    try (HostFile open = HostFile.open(file, false)) {
      assertThat(FileStatus.of(file)).isEqualTo(open.status());
    }
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    assertThat(FileStatus.of(link).isRegular()).isFalse();
    assertThatThrownBy(() -> FileStatus.of(directory.resolve("none")))
        .hasMessageContaining(directory.resolve("none").toString())
        .isInstanceOfSatisfying(
            KvmException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
  }

  @Test
  void aPrivateMappingBeginsAsTheFileAndNeverWritesToIt() throws Exception {
    HostFile open = HostFile.openRegular(file);
    assertThat(open.tryLock(false)).isTrue();
    Mapping mapping = Mapping.privateWritable(open, 4096, 8192);
    open.close();
    assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 8191)).isEqualTo((byte) 7);
    mapping.segment().fill((byte) 1);
    assertThat(Files.readAllBytes(file)).containsOnly(7);
    try (HostFile other = HostFile.openRegular(file)) {
      assertThat(other.tryLock(true)).as("while it is mapped").isFalse();
      mapping.close();
      assertThat(other.tryLock(true)).isTrue();
    }
  }

  @Test
  void holeInAFileOpenForReadingIsRefused() {
    try (HostFile open = HostFile.open(file, false)) {
      assertThatThrownBy(() -> open.punchHole(0, 4096))
          .isInstanceOfSatisfying(
              KvmException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    }
  }

  @Test
  void locksHoldBetweenOpeningsOfOneProcess() {
    try (HostFile second = HostFile.open(file, true)) {
      try (HostFile first = HostFile.open(file, true)) {
        assertThat(first.tryLock(false)).isTrue();
        assertThat(second.tryLock(false)).isTrue();
        assertThat(second.tryLock(true)).isFalse();
      }
      assertThat(second.tryLock(true)).isTrue();
      try (HostFile third = HostFile.open(file, false)) {
        assertThat(third.tryLock(false)).isFalse();
      }
      try (HostFile fourth = HostFile.open(file, false)) {
        assertThat(fourth.tryLock(false)).as("closing the third kept the lock").isFalse();
      }
    }
  }

  @Test
  void aliasIsTheFileEvenAfterItWasReplaced() throws IOException {
    try (HostFile open = HostFile.open(file, false)) {
      Files.delete(file);
      Files.writeString(file, "another");
      assertThat(Files.size(open.alias())).isEqualTo(SIZE);
    }
  }

  @Test
  void closedFileRefusesEverything() {
    HostFile open = HostFile.open(file, true);
    open.close();
    open.close();
    assertThatThrownBy(() -> open.tryLock(true)).isInstanceOf(KvmException.class);
    assertThatThrownBy(() -> open.punchHole(0, 1)).isInstanceOf(KvmException.class);
  }

  @Test
  void onlyARegularFileOpensAsOne() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    Path fifo = directory.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    assertErrno(() -> HostFile.openRegular(link), Errno.ELOOP);
    assertErrno(() -> HostFile.openRegular(fifo), Errno.EINVAL);
    assertErrno(() -> HostFile.openRegular(directory), Errno.EINVAL);
    assertErrno(() -> HostFile.openRegular(Path.of("/dev/null")), Errno.EINVAL);
    assertErrno(() -> HostFile.openRegular(directory.resolve("none")), Errno.ENOENT);
    try (HostFile open = HostFile.openRegular(file)) {
      assertThat(open.sizeBytes()).isEqualTo(SIZE);
    }
  }

  @Test
  void syncsWorkOnWhatIsOpenForReading() {
    try (HostFile open = HostFile.openRegular(file);
        HostFile names = HostFile.open(directory, false)) {
      open.startWriteback();
      open.syncData();
      names.sync();
    }
  }

  @Test
  void cloneHoldsTheContentOrLeavesTheFileAlone() throws IOException {
    Path copy = directory.resolve("copy");
    try (HostFile source = HostFile.openRegular(file);
        HostFile created = empty(copy)) {
      boolean cloned = created.cloneOf(source);
      assertThat(Files.readAllBytes(copy))
          .isEqualTo(cloned ? Files.readAllBytes(file) : new byte[0]);
    }
  }

  private static HostFile empty(Path path) throws IOException {
    return HostFile.open(Files.createFile(path), true);
  }

  private static void assertErrno(ThrowingCallable call, int errno) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(KvmException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }
}

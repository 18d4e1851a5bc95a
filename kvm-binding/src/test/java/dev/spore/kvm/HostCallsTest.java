package dev.spore.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Linux calls that need no KVM. */
final class HostCallsTest {
  @TempDir Path directory;

  @Test
  void mappingIsExactZeroedAndWritable() {
    try (Mapping mapping = Mapping.anonymous(8192)) {
      mapping.adviseHugePages();
      assertThat(mapping.segment().byteSize()).isEqualTo(8192);
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 8184)).isZero();
      mapping.segment().set(ValueLayout.JAVA_LONG, 8184, 5);
      mapping.discard(4096, 4096);
      assertThat(mapping.segment().get(ValueLayout.JAVA_LONG, 8184)).isZero();
      assertThatThrownBy(() -> mapping.segment().get(ValueLayout.JAVA_LONG, 8185))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> mapping.discard(4096, 8192))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void closedMappingThrowsInsteadOfCrashing() {
    Mapping mapping = Mapping.anonymous(4096);
    mapping.close();
    mapping.close();
    assertThatThrownBy(() -> mapping.segment().get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> mapping.discard(0, 4096)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aTimesliceIsTakenForTheCallingThread() {
    assertThat(Timeslice.request(Duration.ofMillis(100))).isTrue();
    assertThat(Timeslice.request(Duration.ofMillis(3))).isTrue();
  }

  @Test
  void sizesThatAreNoPagesAreRefused() {
    assertThatThrownBy(() -> Mapping.anonymous(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Mapping.anonymous(4097)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Mapping.anonymous(-4096)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void residentMemoryIsWhatWasTouched() {
    long size = 80L << 20; // more than one mincore call covers
    try (Mapping mapping = Mapping.anonymous(size)) {
      assertThat(mapping.residentBytes()).isZero();
      mapping.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      mapping.segment().set(ValueLayout.JAVA_BYTE, size - 1, (byte) 1);
      long touched = mapping.residentBytes();
      assertThat(touched).isGreaterThanOrEqualTo(8192).isLessThan(size);
      assertThat(ProcessInfo.residentBytes()).isGreaterThan(touched);
    }
  }

  @Test
  void memfdIsSharedBetweenItsMappings() {
    Memfd memfd = Memfd.create("test", 8192);
    try (Mapping one = Mapping.shared(memfd, 0, 8192);
        Mapping two = Mapping.shared(memfd, 4096, 4096)) {
      memfd.close();
      one.segment().set(ValueLayout.JAVA_INT, 4096, 77);
      assertThat(two.segment().get(ValueLayout.JAVA_INT, 0)).isEqualTo(77);
    }
  }

  @Test
  void fileMappingIsReadOnly() throws IOException {
    Path file = Files.writeString(directory.resolve("größe"), "content");
    try (Mapping mapping = Mapping.readOnly(file, 0, 4096)) {
      assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'c');
      assertThatThrownBy(() -> mapping.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> Mapping.readOnly(missing, 0, 4096))
        .isInstanceOf(KvmException.class)
        .hasMessageContaining("ENOENT")
        .hasMessageContaining(missing.toString());
  }

  @Test
  void eventFdCounts() {
    try (EventFd event = EventFd.create()) {
      assertThat(event.tryRead()).isZero();
      event.signal();
      event.write(4);
      assertThat(event.read()).isEqualTo(5);
      assertThat(event.tryRead()).isZero();
      assertThatThrownBy(() -> event.write(0)).isInstanceOf(IllegalArgumentException.class);
      event.write(Long.MAX_VALUE);
      event.write(Long.MAX_VALUE);
      event.signal();
      assertThat(event.read()).as("a full counter still wakes").isNotZero();
    }
  }

  @Test
  void closeEndsEveryBlockedReader() throws Exception {
    EventFd event = EventFd.create();
    FutureTask<Long> first = new FutureTask<>(event::read);
    FutureTask<Long> second = new FutureTask<>(event::read);
    Thread.ofPlatform().start(first);
    Thread.ofPlatform().start(second);
    event.close();
    event.close();
    assertThat(first.get()).isZero();
    assertThat(second.get()).isZero();
    assertThat(event.read()).isZero();
    assertThat(event.tryRead()).isZero();
    event.signal();
  }

  @Test
  void closingLeavesNoDescriptorBehind() throws IOException {
    long before = openDescriptors();
    for (int i = 0; i < 100; i++) {
      EventFd.create().close();
      Memfd.create("test", 4096).close();
    }
    assertThat(openDescriptors()).isEqualTo(before);
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.count();
    }
  }

  @Test
  void pollTellsReadyFromQuietAndInvalid() {
    try (EventFd ready = EventFd.create();
        EventFd quiet = EventFd.create()) {
      ready.signal();
      int one = ready.descriptor().acquire("test");
      int two = quiet.descriptor().acquire("test");
      assertThat(Poll.await(new int[] {one, two}, Poll.IN, Poll.FOREVER))
          .containsExactly(Poll.IN, 0);
      assertThat(Poll.await(two, Poll.IN, 1)).isZero();
      assertThat(Poll.await(99_999, Poll.IN, 0)).isEqualTo(Poll.INVALID);
      ready.descriptor().release();
      quiet.descriptor().release();
    }
  }

  @Test
  void accessTellsMissingFromAllowed() {
    assertThat(Host.access(directory, Host.READ | Host.WRITE | Host.EXECUTE)).isZero();
    assertThat(Host.access(directory.resolve("missing"), Host.READ)).isEqualTo(Errno.ENOENT);
    assertThat(Host.userId()).isNotNegative();
    assertThat(Host.groupId()).isNotNegative();
    assertThat(Host.groupIds()).hasSizeLessThan(4096);
  }

  @Test
  void openTellsWhyADeviceCannotBeUsed() throws IOException {
    assertReason(directory.resolve("missing"), KvmUnavailableException.Reason.MISSING);
    Path plain = Files.createFile(directory.resolve("plain"));
    assertReason(plain, KvmUnavailableException.Reason.NOT_KVM);
    if (Host.userId() != 0) {
      Files.setPosixFilePermissions(plain, Set.of());
      assertReason(plain, KvmUnavailableException.Reason.FORBIDDEN);
    }
  }

  private static void assertReason(Path device, KvmUnavailableException.Reason reason) {
    assertThatThrownBy(() -> Kvm.open(device))
        .isInstanceOf(KvmUnavailableException.class)
        .hasMessageContaining(device.toString())
        .extracting(e -> ((KvmUnavailableException) e).reason())
        .isEqualTo(reason);
  }

  @Test
  void kickHandlerCanBeInstalledTwiceAndAMissingThreadIsNoError() {
    Signals.installKickHandler();
    Signals.installKickHandler();
    assertThat(Signals.tgkill(Signals.currentTid())).isTrue();
    assertThat(Signals.tgkill(0x3fff_ffff)).isFalse();
  }

  @Test
  void aFileIsNoTerminal() throws IOException {
    try (EventFd event = EventFd.create()) {
      int fd = event.descriptor().acquire("test");
      assertThat(Terminal.isTty(fd)).isFalse();
      assertThat(Terminal.size(fd)).isEmpty();
      assertThatThrownBy(() -> Terminal.makeRaw(fd)).isInstanceOf(KvmException.class);
      event.descriptor().release();
    }
  }

  @Test
  void rawModeIsUndoneOnce() {
    Path ptmx = Path.of("/dev/ptmx");
    assumeTrue(Host.access(ptmx, Host.READ | Host.WRITE) == 0, "no pseudo terminals here");
    Fd pty = Host.open(ptmx, Sys.O_RDWR);
    int fd = pty.acquire("test");
    try {
      assertThat(Terminal.size(fd)).isPresent();
      assertThat(isCanonical(fd)).isTrue();
      Terminal.RawMode raw = Terminal.makeRaw(fd);
      assertThat(isCanonical(fd)).isFalse();
      raw.close();
      assertThat(isCanonical(fd)).isTrue();
      Terminal.RawMode later = Terminal.makeRaw(fd);
      raw.close();
      assertThat(isCanonical(fd)).as("a second close does nothing").isFalse();
      later.close();
    } finally {
      pty.release();
      pty.close();
    }
  }

  private static boolean isCanonical(int fd) {
    assertThat(Terminal.isTty(fd)).isTrue();
    // isTty leaves the settings it read in this thread's scratch memory.
    long flags = Field.u32(Scratch.current().small(), HostLayout.Termios.LFLAG);
    return (flags & Sys.ICANON) != 0;
  }
}

package dev.spore.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingTest {
  @Test
  void guestRamIsTheMappingAdvisedToUseHugePages() {
    Smaps smaps =
        Smaps.parse(
            List.of(
                "7f0000000000-7f0010000000 rw-p 00000000 00:00 0 ",
                "Rss:               40960 kB",
                "VmFlags: rd wr mr mw me nr hg",
                "7f0020000000-7f0020010000 r-xp 00000000 fe:00 1234        /lib/a library.so",
                "Rss:                1024 kB",
                "VmFlags: rd ex mr mw me",
                "7f0030000000-7f0030010000 rw-p 00000000 00:00 0           [heap]",
                "Rss:                   8 kB",
                "VmFlags: rd wr mr mw me ac"));

    assertThat(smaps.guestBytes()).isEqualTo(40 << 20);
    assertThat(smaps.fileBytes()).isEqualTo(1 << 20);
    assertThat(smaps.beyondGuestBytes()).isEqualTo((1 << 20) + 8192);
  }

  @Test
  void timingsOfTheCompletionEventAreReadByName() {
    String line =
        "{\"schema\":\"spore.automation.event.v1\",\"event\":\"completion\",\"exit_code\":0,"
            + "\"timings\":{\"start_epoch_us\":1795262705531384,\"main_ms\":90},\"x_ms\":1}";

    assertThat(RunEvents.name(line)).isEqualTo("completion");
    assertThat(RunEvents.timings(line))
        .containsEntry("start_epoch_us", 1795262705531384L)
        .containsEntry("main_ms", 90L)
        .doesNotContainKey("x_ms");
  }

  @Test
  void aLineWithoutTimingsHasNone() {
    assertThat(RunEvents.timings("{\"event\":\"ready\"}")).isEmpty();
    assertThat(RunEvents.name("")).isEmpty();
  }

  @Test
  void aLineThatIsStillBeingWrittenDoesNotCount(@TempDir Path directory) throws IOException {
    Path log = directory.resolve("log");
    Pattern wanted = Pattern.compile("(\\d+\\.\\d+) KVM_RUN.*");
    assertThat(QemuRun.find(log, wanted)).isEmpty();

    Files.writeString(log, "1.000001 open\n2.500000 KVM_RU");
    assertThat(QemuRun.find(log, wanted)).isEmpty();

    Files.writeString(log, "1.000001 open\n2.500000 KVM_RUN, 0\n3.000000 KVM_RUN, 0\n");
    assertThat(QemuRun.find(log, wanted)).contains(2_500_000L);
  }
}

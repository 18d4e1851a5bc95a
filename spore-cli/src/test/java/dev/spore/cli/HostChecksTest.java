package dev.spore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

final class HostChecksTest {
  @TempDir Path dir;

  @Test
  void aMissingDeviceNamesTheModuleToLoad() {
    Check check = HostChecks.device("kvm", dir.resolve("kvm"));

    assertThat(check.status()).isEqualTo("missing");
    assertThat(check.detail()).isEqualTo(dir.resolve("kvm") + " does not exist");
    assertThat(check.fix()).contains("modprobe kvm_intel");
  }

  @Test
  void aUsableDeviceIsFine() throws IOException {
    assertThat(HostChecks.device("kvm", Files.createFile(dir.resolve("kvm"))).ok()).isTrue();
  }

  @Test
  void eachShortageSaysWhatGrantsIt() {
    assertThat(HostChecks.architecture("Linux", "aarch64").fix()).contains("x86-64");
    assertThat(HostChecks.memory(10 << 20).detail()).isEqualTo("10 MiB available");
    assertThat(HostChecks.java(21).fix()).contains("openjdk-25");
    assertThat(HostChecks.cache(dir, false, 1L << 40, 1).fix()).contains("XDG_CACHE_HOME");
    assertThat(HostChecks.cache(dir, true, 1 << 20, 1 << 21).detail())
        .endsWith("has 1 MiB free, 2 MiB are needed");
    assertThat(HostChecks.built("kernel", null, "build it").required()).isFalse();
  }

  @Test
  void onlyARequiredCheckMakesAHostUnfit() {
    Check advice = Check.advice("processors", "one", "add one");
    Check missing = Check.missing("kvm", "none", "load it");

    assertThat(new DoctorReport(List.of(advice), List.of(), true).runnable()).isTrue();
    assertThat(new DoctorReport(List.of(advice, missing), List.of(), true).runnable()).isFalse();
  }

  @Test
  void theReportIsJsonWithAStableShape() {
    DoctorReport report =
        new DoctorReport(
            List.of(Check.ok("kvm", "there"), Check.missing("memory", "little", "buy")),
            List.of(new DoctorReport.Quirk("unmasked-cpuid", "CPUID shows the host")),
            true);

    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.get("schema").asString()).isEqualTo("spore.doctor.result.v1");
    assertThat(json.get("runnable").asBoolean()).isFalse();
    assertThat(json.get("checks").get(0).get("status").asString()).isEqualTo("ok");
    assertThat(json.get("checks").get(0).has("fix")).isFalse();
    assertThat(json.get("checks").get(1).get("fix").asString()).isEqualTo("buy");
    assertThat(json.get("quirks").get(0).get("id").asString()).isEqualTo("unmasked-cpuid");
    assertThat(report.text()).contains("missing  memory", "fix: buy", "quirk    unmasked-cpuid");
  }

  @Test
  void memoryIsReadFromMeminfo() {
    List<String> lines = List.of("MemTotal:       24683432 kB", "MemFree:         100 kB");

    assertThat(HostMemory.parse("MemTotal:", lines)).isEqualTo(24683432L << 10);
  }

  @Test
  void theKernelListSkipsWhatIsUnfinished() throws IOException {
    assertThat(KernelListCommand.built(dir.resolve("none"))).isEmpty();
    Files.createDirectories(dir.resolve("b"));
    Files.createDirectories(dir.resolve(".staging.x"));
    Files.createFile(dir.resolve("b/vmlinux"));

    assertThat(KernelListCommand.built(dir)).containsExactly(dir.resolve("b/vmlinux"));
  }
}

package dev.spore.bench;

import dev.spore.kvm.Kvm;
import dev.spore.vmm.HostKvm;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says on what machine the figures were taken, and whether it was quiet. */
final class HostInfo {
  private static final double QUIET_LOAD = 0.5;

  private HostInfo() {}

  static void print(Setup setup, PrintStream out) throws IOException {
    out.printf(
        "Machine   %s, %d cores, Linux %s%n",
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    out.printf("Java      %s%n", System.getProperty("java.vm.version"));
    out.printf("KVM       %s%n", kvm());
    out.printf("Guest     %s, %d MiB, 1 vCPU%n", setup.kernel(), Setup.MEMORY_MIB);
    if (setup.qemu().isPresent()) {
      out.printf("QEMU      %s%n", firstLine(setup.qemu().get(), "--version"));
    } else {
      out.printf("QEMU      not there: its rows are left out%n");
    }
    if (setup.strace().isEmpty()) {
      out.printf("strace    not there: its rows are left out%n");
    }
    double load = load();
    out.printf(
        "Load      %.2f%s%n",
        load,
        load > QUIET_LOAD ? "  !! other work is running: these figures are not the machine's" : "");
    out.flush();
  }

  private static String kvm() {
    try (Kvm kvm = HostKvm.open()) {
      String quirks = HostKvm.quirks(kvm).describe();
      return quirks.equals("none") ? "hardware virtualization, no quirks" : "quirks: " + quirks;
    }
  }

  private static double load() throws IOException {
    String text = Files.readString(Path.of("/proc/loadavg"));
    return Double.parseDouble(text.substring(0, text.indexOf(' ')));
  }

  private static String cpuModel() throws IOException {
    return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown processor");
  }

  private static String firstLine(Path program, String argument) throws IOException {
    Process process = new ProcessBuilder(program.toString(), argument).start();
    try (var output = process.getInputStream()) {
      return new String(output.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .findFirst()
          .orElse("");
    }
  }
}

package dev.spore.cli;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmException;
import dev.spore.kvm.Userfault;
import dev.spore.kvm.UserfaultUnavailableException;
import dev.spore.plugin.guest.EngineChoice;
import dev.spore.vmm.HostKvm;
import dev.spore.vmm.SporeException;
import dev.spore.vmm.quirk.Quirk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Everything {@code spore doctor} looks at: the host, its KVM, and how that behaves. */
final class Doctor {
  /** {@code KVM_GET_API_VERSION} since Linux 2.6.22, and for good. */
  private static final int API_VERSION = 12;

  private static final Path USERFAULTFD = Path.of("/dev/userfaultfd");

  private Doctor() {}

  static DoctorReport examine(Installation installation) {
    List<Check> checks = new ArrayList<>(new HostChecks(installation).all());
    checks.add(userfaultfd());
    checks.add(plugins());
    try (Kvm kvm = Kvm.open()) {
      checks.addAll(capabilities(kvm));
      List<DoctorReport.Quirk> quirks =
          HostKvm.quirks(kvm).quirks().stream()
              .map(quirk -> new DoctorReport.Quirk(quirk.id(), explain(quirk)))
              .toList();
      return new DoctorReport(checks, quirks, true);
    } catch (SporeException | KvmException e) {
      String what = String.valueOf(e.getMessage());
      checks.add(Check.missing("kvm-open", what, "see the line about kvm above"));
      return new DoctorReport(checks, List.of(), false);
    }
  }

  /** A plugin has run, if it says so. */
  private static Check plugins() {
    try (EngineChoice choice = EngineChoice.ofHost()) {
      String what = "engine " + choice.name() + ": " + choice.why();
      return choice.name().equals("kvm")
          ? Check.ok("plugins", what)
          : Check.advice(
              "plugins", what, "see the line about kvm; without it plugins run in this process");
    }
  }

  /** Asked for, not guessed: root, a sysctl and the rights on a device all may grant it. */
  private static Check userfaultfd() {
    try (Userfault _ = Userfault.open()) {
      return Check.ok("userfaultfd", "saved machines can be restored lazily");
    } catch (UserfaultUnavailableException e) {
      return userfaultfd(e.reason(), Files.exists(USERFAULTFD));
    }
  }

  static Check userfaultfd(UserfaultUnavailableException.Reason reason, boolean device) {
    return Check.advice(
        "userfaultfd",
        "not for this user: saved machines are restored, but not lazily",
        cure(reason == UserfaultUnavailableException.Reason.FORBIDDEN, device));
  }

  private static String cure(boolean forbidden, boolean device) {
    if (!forbidden) {
      return "boot a host kernel that has CONFIG_USERFAULTFD";
    }
    return device
        ? "sudo chmod 0666 " + USERFAULTFD + "   (until the next boot; or run as root)"
        : "sudo sysctl vm.unprivileged_userfaultfd=1   (or run as root)";
  }

  private static List<Check> capabilities(Kvm kvm) {
    List<Check> checks = new ArrayList<>();
    int version = kvm.apiVersion();
    checks.add(
        version == API_VERSION
            ? Check.ok("kvm-api", "version " + version)
            : Check.missing(
                "kvm-api", "version " + version, "boot a Linux kernel from 2008 or later"));
    for (Map.Entry<String, Integer> needed : HostKvm.requiredCapabilities().entrySet()) {
      int value = kvm.checkExtension(needed.getValue());
      checks.add(
          value > 0
              ? Check.ok(needed.getKey(), "value " + value)
              : Check.missing(
                  needed.getKey(), "not offered by this KVM", "boot a newer host kernel"));
    }
    return checks;
  }

  private static String explain(Quirk quirk) {
    return switch (quirk) {
      case INTERPRETED_KERNEL ->
          "guest kernel code is interpreted: booting takes tens of seconds, programs run at full"
              + " speed";
      case UNMASKED_CPUID ->
          "guests see the host's CPU features; the kernel is told which to avoid";
      case USER_SYSCALL_FAULT ->
          "system calls reach the guest kernel as page faults, which it knows";
      case RAW_TSC ->
          "guest programs read the host's time stamp counter; they ask the kernel instead";
    };
  }
}

package dev.spore.vmm.quirk;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the guest kernel must be told about a host. Nothing on hardware KVM. */
public final class KernelFlags {
  /**
   * What KVM's emulator does not know, or runs one byte a step; user code keeps all of it. In
   * Linux's numbering, CPUID word × 32 + bit: looking the names up takes an interpreted kernel most
   * of a second.
   */
  private static final String CLEARED_FEATURES =
      Stream.of(
              9 * 32 + 20, // smap
              9 * 32 + 7, // smep
              9 * 32 + 9, // erms
              18 * 32 + 4, // fsrm
              4 * 32 + 23, // popcnt
              4 * 32 + 13, // cx16
              9 * 32, // fsgsbase
              16 * 32 + 22, // rdpid
              32 + 27, // rdtscp
              9 * 32 + 10, // invpcid
              4 * 32 + 17, // pcid
              16 * 32 + 2, // umip
              4 * 32 + 30, // rdrand
              9 * 32 + 18, // rdseed
              10 * 32 + 3, // xsaves
              10 * 32 + 1, // xsavec
              10 * 32) // xsaveopt
          .map(String::valueOf)
          .collect(Collectors.joining(","));

  /**
   * What an interpreted kernel boots faster with; seconds saved of some 25, one vCPU, 64 MiB. Each
   * further word costs about 15 ms of parsing.
   */
  private static final List<String> INTERPRETED =
      List.of(
          "tsc=reliable",
          "mitigations=off",
          "rodata=off",
          "noreplace-smp", // 2.5: patching each LOCK prefix out through a temporary mapping
          "percpu_alloc=page", // 1.7: else 2 MiB are cleared to use 170 KiB of them
          "spore_fault_around=4"); // 0.1 of each process: 16 pages mapped where one is wanted

  private KernelFlags() {}

  /** Parameters for {@code profile}, in order. */
  public static List<String> forProfile(QuirkProfile profile) {
    List<String> flags = new ArrayList<>();
    if (profile.has(Quirk.UNMASKED_CPUID) || profile.has(Quirk.INTERPRETED_KERNEL)) {
      flags.add("clearcpuid=" + CLEARED_FEATURES);
    }
    if (profile.has(Quirk.USER_SYSCALL_FAULT)) {
      flags.add("spore_syscall_fault");
    }
    if (profile.has(Quirk.RAW_TSC)) {
      flags.add("vdso=0");
      flags.add("no-kvmclock-vsyscall");
      // The counter cannot be set either: by it a restored guest's time would jump by what it lay
      // on disk, and stand still after a reboot of the host. The paravirtual clock can be set.
      flags.add("clocksource=kvm-clock");
    }
    if (profile.has(Quirk.INTERPRETED_KERNEL)) {
      flags.addAll(INTERPRETED);
    }
    return flags;
  }
}

package dev.spore.vmm.quirk;

import java.util.ArrayList;
import java.util.List;

/** What the guest kernel must be told about a host. Nothing on hardware KVM. */
public final class KernelFlags {
  private KernelFlags() {}

  /** Parameters for {@code profile}, in order. */
  public static List<String> forProfile(QuirkProfile profile) {
    List<String> flags = new ArrayList<>();
    if (profile.has(Quirk.UNMASKED_CPUID) || profile.has(Quirk.INTERPRETED_KERNEL)) {
      // What KVM's emulator does not know, or runs one byte a step; user code keeps all of it.
      flags.add(
          "clearcpuid=smap,smep,erms,fsrm,popcnt,cx16,fsgsbase,rdpid,rdtscp,invpcid,pcid,umip,"
              + "rdrand,rdseed,xsaves,xsavec,xsaveopt");
    }
    if (profile.has(Quirk.USER_SYSCALL_FAULT)) {
      flags.add("spore_syscall_fault");
    }
    if (profile.has(Quirk.RAW_TSC)) {
      flags.add("vdso=0");
      flags.add("no-kvmclock-vsyscall");
    }
    if (profile.has(Quirk.INTERPRETED_KERNEL)) {
      flags.addAll(
          List.of(
              "tsc=reliable",
              "no_timer_check",
              "mitigations=off",
              "nokaslr",
              "rodata=off",
              "thash_entries=64",
              "uhash_entries=64",
              "dhash_entries=1024",
              "ihash_entries=1024"));
    }
    return flags;
  }
}

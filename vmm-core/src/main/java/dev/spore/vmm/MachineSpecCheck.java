package dev.spore.vmm;

/** Refuses a spec no board can carry, before anything is opened. */
final class MachineSpecCheck {
  private MachineSpecCheck() {}

  static void check(MachineSpec spec) {
    if (spec.vcpus() < 1 || spec.vcpus() > VmmLimits.VCPUS_MAX) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "%d vCPUs: a machine has 1 to %d".formatted(spec.vcpus(), VmmLimits.VCPUS_MAX));
    }
    if (spec.disks().size() > VmmLimits.DISKS_MAX) {
      throw new SporeException(
          ErrorCode.USAGE_INVALID_ARGUMENT,
          "%d disks: a machine has at most %d".formatted(spec.disks().size(), VmmLimits.DISKS_MAX));
    }
  }
}

package dev.spore.kvm;

/** Flags that never leave this module (linux/kvm.h). */
@CMacros(
    headers = {"linux/kvm.h"},
    prefix = "KVM_")
final class KvmFlag {
  static final int IRQFD_FLAG_DEASSIGN = 1;
  static final int IOEVENTFD_FLAG_DATAMATCH = 1;
  static final int IOEVENTFD_FLAG_PIO = 2;
  static final int IOEVENTFD_FLAG_DEASSIGN = 4;

  private KvmFlag() {}
}

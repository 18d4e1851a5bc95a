/** KVM and Linux system calls through FFM: the only module with native access. */
module dev.spore.kvm {
  requires static transitive org.jspecify;

  exports dev.spore.kvm;
}

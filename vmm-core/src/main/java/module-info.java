/** The virtual machine monitor as a library. */
module dev.spore.vmm {
  requires transitive dev.spore.format;
  requires transitive dev.spore.kvm;
  requires transitive dev.spore.virtio;
  requires com.github.luben.zstd_jni;
  requires org.apache.commons.compress;
  requires static transitive org.jspecify;
  requires org.tukaani.xz;

  exports dev.spore.vmm;
  exports dev.spore.vmm.agent;
  exports dev.spore.vmm.assist;
  exports dev.spore.vmm.quirk;
  exports dev.spore.vmm.snapshot;
  exports dev.spore.vmm.boot;
  exports dev.spore.vmm.ram;
}

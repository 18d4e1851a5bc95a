/** The command line. */
module dev.spore.cli {
  requires dev.spore.kvm;
  requires dev.spore.cas;
  requires dev.spore.vmm;
  requires dev.spore.plugin;
  requires dev.spore.plugin.guest;
  requires jdk.unsupported;
  requires static transitive org.jspecify;
}

/** Machines of ring 3 alone, for whatever needs less than an operating system. */
module dev.spore.micro {
  requires transitive dev.spore.kvm;
  requires static transitive org.jspecify;

  exports dev.spore.micro;
}

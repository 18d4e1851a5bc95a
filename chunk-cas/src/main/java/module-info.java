/** BLAKE3, chunk ids and the verified chunk store. */
module dev.spore.cas {
  requires dev.spore.kvm;
  requires static jdk.incubator.vector;
  requires static transitive org.jspecify;

  exports dev.spore.cas;
}

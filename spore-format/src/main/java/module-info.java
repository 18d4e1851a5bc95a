/** The records of a spore on disk. */
module dev.spore.format {
  requires transitive dev.spore.cas;
  requires static transitive org.jspecify;

  exports dev.spore.format;
  exports dev.spore.format.device;
  exports dev.spore.format.hint;
  exports dev.spore.format.index;
  exports dev.spore.format.manifest;
  exports dev.spore.format.state;
}

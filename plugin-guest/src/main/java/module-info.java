/** Plugins at ring 3 of machines of their own. */
module dev.spore.plugin.guest {
  requires transitive dev.spore.micro;
  requires transitive dev.spore.plugin;
  requires static transitive org.jspecify;

  exports dev.spore.plugin.guest;
}

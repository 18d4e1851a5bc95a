/** Benchmarks of Spore, for {@code bench/run}. */
module dev.spore.bench {
  requires dev.spore.plugin;
  requires dev.spore.vmm;
  requires dev.spore.plugin.guest;
  requires static org.jspecify;
}

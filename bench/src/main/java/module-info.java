/** Benchmarks of Spore, for {@code bench/run}. */
module dev.spore.bench {
  requires dev.spore.plugin;
  requires dev.spore.vmm;
  requires static org.jspecify;
}

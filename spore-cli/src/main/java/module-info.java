/** The spore command. */
module dev.spore.cli {
  requires dev.spore.vmm;
  requires info.picocli;
  requires static org.jspecify;
  requires tools.jackson.core;

  opens dev.spore.cli to
      info.picocli;
}

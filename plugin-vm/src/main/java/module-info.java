/** Small untrusted plugins that are bounded, inspectable and replayable, in pure Java. */
module dev.spore.plugin {
  requires com.github.luben.zstd_jni;
  requires tools.jackson.core;
  requires static transitive org.jspecify;

  exports dev.spore.plugin;
  exports dev.spore.plugin.asm;
  exports dev.spore.plugin.debug;
  exports dev.spore.plugin.inspect;
  exports dev.spore.plugin.json;
  exports dev.spore.plugin.lang;
  exports dev.spore.plugin.module;
  exports dev.spore.plugin.policy;
  exports dev.spore.plugin.replay;
  exports dev.spore.plugin.run;
  exports dev.spore.plugin.trace;
  exports dev.spore.plugin.value;
  exports dev.spore.plugin.verify;
}

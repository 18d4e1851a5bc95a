package dev.spore.plugin.json;

/** Where written JSON goes, in pieces: a file, a hash, an array. */
@FunctionalInterface
public interface ByteSink {
  /** The bytes belong to the caller again when this returns. */
  void write(byte[] bytes, int offset, int length);
}

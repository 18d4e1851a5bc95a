package dev.spore.plugin.trace;

/** FNV-1a with 64 bits: guards traces against accidents, not against anybody. */
final class Fnv {
  static final long PRIME = 0x100000001b3L;

  /** The state before the first byte. */
  static final long START = 0xcbf29ce484222325L;

  private Fnv() {}

  /** The state after some more bytes. */
  static long of(long state, byte[] bytes, int offset, int length) {
    long hash = state;
    for (int i = offset; i < offset + length; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * PRIME;
    }
    return hash;
  }
}

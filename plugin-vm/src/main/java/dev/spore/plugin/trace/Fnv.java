package dev.spore.plugin.trace;

import java.nio.charset.StandardCharsets;

/** FNV-1a with 64 bits: guards traces against accidents, not against anybody. */
final class Fnv {
  private static final long PRIME = 0x100000001b3L;

  private long hash = 0xcbf29ce484222325L;

  /** Starts again. */
  void reset() {
    hash = 0xcbf29ce484222325L;
  }

  void update(byte[] bytes, int offset, int length) {
    long state = hash;
    for (int i = offset; i < offset + length; i++) {
      state = (state ^ (bytes[i] & 0xff)) * PRIME;
    }
    hash = state;
  }

  void update(String ascii) {
    byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
    update(bytes, 0, bytes.length);
  }

  /** Unsigned. */
  long value() {
    return hash;
  }
}

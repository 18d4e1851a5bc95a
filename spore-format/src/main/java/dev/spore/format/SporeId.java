package dev.spore.format;

import dev.spore.cas.Blake3;
import dev.spore.cas.ChunkId;

/**
 * The name of a spore: BLAKE3-256 of the bytes of its manifest, which name everything else in it.
 */
public record SporeId(ChunkId hash) {
  /** The id of the spore with these bytes as its manifest. */
  public static SporeId of(byte[] manifest) {
    return new SporeId(Blake3.hash(manifest));
  }

  /**
   * The id written as 64 lower-case hexadecimal digits.
   *
   * @throws IllegalArgumentException if {@code hex} is anything else
   */
  public static SporeId parse(String hex) {
    return new SporeId(ChunkId.parse(hex));
  }

  /** 64 lower-case hexadecimal digits. */
  @Override
  public String toString() {
    return hash.hex();
  }
}

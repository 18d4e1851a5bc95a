package dev.spore.format.manifest;

import dev.spore.cas.ChunkId;
import dev.spore.format.check.Check;

/**
 * A file, by its content.
 *
 * @param digest BLAKE3-256 of its bytes
 * @param sizeBytes at least 1
 */
public record FileIdentity(ChunkId digest, long sizeBytes) {
  public FileIdentity {
    Check.range("size_bytes", sizeBytes, 1, Long.MAX_VALUE);
  }
}

package dev.spore.cas;

/** Bounds on chunks and their store. */
public final class CasLimits {
  /**
   * The largest chunk: memory is cut into chunks of this size (docs/spore-format.md). A larger
   * piece is refused before it is read or written.
   */
  public static final int CHUNK_BYTES_MAX = 2 << 20;

  private CasLimits() {}
}

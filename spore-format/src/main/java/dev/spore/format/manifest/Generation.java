package dev.spore.format.manifest;

import dev.spore.format.Bytes;
import dev.spore.format.SporeId;
import dev.spore.format.check.Check;
import org.jspecify.annotations.Nullable;

/**
 * Where a spore stands among its kin.
 *
 * @param number how many times the machine has been saved or forked before, at least 0
 * @param parent the spore it was restored or forked from, or null
 * @param lineage 16 random bytes drawn when the machine was booted, the same in all descendants
 */
public record Generation(long number, @Nullable SporeId parent, Bytes lineage) {
  /** Bytes of {@link #lineage}. */
  public static final int LINEAGE_BYTES = 16;

  public Generation {
    Check.range("number", number, 0, Long.MAX_VALUE);
    Check.range("lineage size", lineage.size(), LINEAGE_BYTES, LINEAGE_BYTES);
  }
}

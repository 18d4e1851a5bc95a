package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * A model-specific register of {@link MsrInventory} and its value.
 *
 * @param index its number, 0 to 2^32-1
 */
public record MsrValue(long index, long value) {
  public MsrValue {
    if (MsrInventory.rank(index) < 0) {
      throw Check.refusal("MSR 0x%x is none that a saved machine may have".formatted(index));
    }
  }
}

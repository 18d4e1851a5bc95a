package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * GDTR or IDTR (Intel SDM volume 3 §2.4).
 *
 * @param base linear address
 * @param limit last valid offset, 0 to 65535
 */
public record TableState(long base, int limit) {
  public TableState {
    Check.u16("limit", limit);
  }
}

package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * An extended control register (XGETBV; Intel SDM volume 1 §13.3).
 *
 * @param index 0 to 2^32-1; 0 is XCR0, the mask of XSAVE features in use
 */
public record ExtendedControl(long index, long value) {
  public ExtendedControl {
    Check.u32("index", index);
  }
}

package dev.spore.format.state;

import dev.spore.format.Bytes;
import dev.spore.format.FormatLimits;
import dev.spore.format.check.Check;

/**
 * One state component of the XSAVE area beyond the legacy region (Intel SDM volume 1 §13.4.3).
 *
 * @param number 2 to 62: 2 is the upper halves of the YMM registers
 * @param bytes its content, as long as CPUID leaf 0xd subleaf {@code number} says
 */
public record XsaveComponent(int number, Bytes bytes) {
  /** First component outside the legacy region. */
  public static final int NUMBER_MIN = 2;

  /** Last component there can be: bit 63 of the masks is reserved. */
  public static final int NUMBER_MAX = 62;

  public XsaveComponent {
    Check.range("number", number, NUMBER_MIN, NUMBER_MAX);
    Check.range("bytes size", bytes.size(), 1, FormatLimits.XSAVE_COMPONENT_BYTES_MAX);
  }
}

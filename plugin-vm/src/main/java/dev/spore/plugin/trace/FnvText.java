package dev.spore.plugin.trace;

/**
 * What a fixed text does to a state of FNV-1a, without going through the text again. A step takes
 * the exclusive-or of the lowest byte and multiplies; what is above the lowest byte is only
 * multiplied. So the text is a multiplication and something that depends on the lowest byte alone.
 */
final class FnvText {
  private final long power;
  private final long[] byLowest = new long[256];

  FnvText(byte[] text, int offset, int length) {
    long product = 1;
    for (int i = 0; i < length; i++) {
      product *= Fnv.PRIME;
    }
    power = product;
    for (int lowest = 0; lowest < byLowest.length; lowest++) {
      byLowest[lowest] = Fnv.of(lowest, text, offset, length) - lowest * product;
    }
  }

  /** The state after the text. */
  long after(long state) {
    return state * power + byLowest[(int) state & 0xff];
  }
}

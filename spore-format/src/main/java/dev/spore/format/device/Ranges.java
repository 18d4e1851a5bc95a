package dev.spore.format.device;

/** Range checks of the records here. */
final class Ranges {
  static final long U32_MAX = 0xffff_ffffL;

  private Ranges() {}

  static void require(String what, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s is %d: it must be %d to %d".formatted(what, value, min, max));
    }
  }
}

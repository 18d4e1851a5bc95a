package dev.spore.format.check;

import java.util.List;

/**
 * What records check of their components. All throw IllegalArgumentException with the component's
 * name; a parser turns that into a {@code FormatException} with the path.
 */
public final class Check {
  private static final long U32_MAX = 0xffff_ffffL;

  private Check() {}

  /** {@code value} is from {@code min} to {@code max}. */
  public static void range(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s is %d, outside %d to %d".formatted(name, value, min, max));
    }
  }

  /** {@code value} is from 0 to 255. */
  public static void u8(String name, int value) {
    range(name, value, 0, 0xff);
  }

  /** {@code value} is from 0 to 65535. */
  public static void u16(String name, int value) {
    range(name, value, 0, 0xffff);
  }

  /** {@code value} is from 0 to 2^32-1. */
  public static void u32(String name, long value) {
    range(name, value, 0, U32_MAX);
  }

  /** {@code value} has no bit outside {@code mask}. */
  public static void bits(String name, long value, long mask) {
    if ((value & ~mask) != 0) {
      throw new IllegalArgumentException(
          "%s is 0x%x, which has bits outside 0x%x".formatted(name, value, mask));
    }
  }

  /** An unmodifiable copy of {@code list}, which has from {@code min} to {@code max} elements. */
  public static <T> List<T> list(String name, List<T> list, int min, int max) {
    range(name + " count", list.size(), min, max);
    return List.copyOf(list);
  }

  /** {@code holds}, or IllegalArgumentException with {@code otherwise}. */
  public static void that(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}

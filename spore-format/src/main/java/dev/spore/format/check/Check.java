package dev.spore.format.check;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What records check of their components. All throw IllegalArgumentException with the component's
 * name; a parser turns that into a {@code FormatException} with the path.
 *
 * <p>A manifest is parsed at every warm start, by a JVM that has run nothing yet: messages are made
 * only when they are needed, and nothing here uses streams or lambdas.
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
    if (list.size() < min || list.size() > max) {
      range(name + " count", list.size(), min, max);
    }
    return List.copyOf(list);
  }

  /**
   * {@code value} has at most {@code bytesMax} bytes as UTF-8, and can be written so: no half of a
   * surrogate pair.
   */
  public static void text(String name, String value, int bytesMax) {
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > bytesMax) {
      range(name + " bytes", bytes, 0, bytesMax);
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean pair = Character.isHighSurrogate(c) && i + 1 < value.length();
      if (pair && Character.isLowSurrogate(value.charAt(i + 1))) {
        i++;
      } else {
        if (Character.isSurrogate(c)) {
          throw refusal(name + " is not Unicode text");
        }
      }
    }
  }

  /** {@code value} is printable ASCII. */
  public static void ascii(String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
        throw refusal(name + " is not printable ASCII");
      }
    }
  }

  /** {@code value} is 1 to {@code charsMax} of a-z, 0-9, dot, dash and underscore. */
  public static void name(String name, String value, int charsMax) {
    if (value.isEmpty() || value.length() > charsMax) {
      range(name + " length", value.length(), 1, charsMax);
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean legal = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "._-".indexOf(c) >= 0;
      if (!legal) {
        throw refusal(name + " is not made of a-z, 0-9, dot, dash and underscore");
      }
    }
  }

  /** Each element of {@code sorted} is greater than the one before it. */
  public static <T extends Comparable<T>> void rising(String name, List<T> sorted) {
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i - 1).compareTo(sorted.get(i)) >= 0) {
        throw refusal("%s[%d] is not greater than the one before".formatted(name, i));
      }
    }
  }

  /** {@code holds}, or IllegalArgumentException with {@code otherwise}. */
  public static void that(boolean holds, String otherwise) {
    if (!holds) {
      throw refusal(otherwise);
    }
  }

  /** For a message that is costly to make: {@link #that} without making it in vain. */
  public static IllegalArgumentException refusal(String what) {
    return new IllegalArgumentException(what);
  }
}

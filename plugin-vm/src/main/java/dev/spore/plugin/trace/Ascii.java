package dev.spore.plugin.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow, for texts that are put together from parts. */
final class Ascii {
  /** Digits of the numbers from 0 to 99, two bytes each. */
  private static final byte[] PAIRS = new byte[200];

  static {
    for (int i = 0; i < 100; i++) {
      PAIRS[2 * i] = (byte) ('0' + i / 10);
      PAIRS[2 * i + 1] = (byte) ('0' + i % 10);
    }
  }

  private static final int DIGITS = 20;

  byte[] bytes = new byte[1024];
  int length;
  private final byte[] digits = new byte[DIGITS];

  void clear() {
    length = 0;
  }

  Ascii add(byte[] text) {
    return add(text, 0, text.length);
  }

  Ascii add(byte[] text, int offset, int count) {
    room(count);
    System.arraycopy(text, offset, bytes, length, count);
    length += count;
    return this;
  }

  Ascii add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  private void room(int count) {
    if (count > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(length, count)));
    }
  }

  /** A signed number in decimal. */
  Ascii signed(long number) {
    if (number >= 0) {
      return unsigned(number);
    }
    room(1);
    bytes[length++] = '-';
    // The smallest has no positive counterpart, but is right as an unsigned number.
    return unsigned(-number);
  }

  /** An unsigned number in decimal. */
  Ascii unsigned(long number) {
    int at = DIGITS;
    long rest = number;
    if (rest < 0) {
      long quotient = Long.divideUnsigned(rest, 100);
      at = pair(at, (int) (rest - quotient * 100));
      rest = quotient;
    }
    while (rest >= 100) {
      long quotient = rest / 100;
      at = pair(at, (int) (rest - quotient * 100));
      rest = quotient;
    }
    if (rest >= 10) {
      at = pair(at, (int) rest);
    } else {
      digits[--at] = (byte) ('0' + rest);
    }
    return add(digits, at, DIGITS - at);
  }

  private int pair(int at, int number) {
    digits[at - 2] = PAIRS[2 * number];
    digits[at - 1] = PAIRS[2 * number + 1];
    return at - 2;
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }
}

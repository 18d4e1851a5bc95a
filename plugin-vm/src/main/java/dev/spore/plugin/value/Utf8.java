package dev.spore.plugin.value;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Optional;

/**
 * UTF-8 as the formats need it: strict, with the place of the first fault, and ordered by bytes.
 */
public final class Utf8 {
  /** Orders strings by their UTF-8 bytes, which is by code points and not by UTF-16 units. */
  public static final Comparator<String> ORDER = Utf8::compare;

  private Utf8() {}

  /** Whether every surrogate has its pair. */
  public static boolean isValid(String text) {
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (Character.isHighSurrogate(unit)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(unit)) {
        return false;
      }
    }
    return true;
  }

  /** The text of some bytes, of which {@link #fault} must have found none. */
  public static String decode(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }

  /** What is wrong with some bytes as UTF-8, in words, or nothing. */
  public static Optional<String> fault(byte[] bytes, int offset, int length) {
    int end = offset + length;
    int at = offset;
    while (at < end) {
      int first = bytes[at] & 0xff;
      if (first < 0x80) {
        at++;
        continue;
      }
      int width = width(first);
      int good = width == 0 ? 1 : goodBytes(bytes, at, end, first, width);
      if (width == 0 || good < width) {
        return Optional.of(describe(at - offset, good, width != 0 && at + good == end));
      }
      at += width;
    }
    return Optional.empty();
  }

  private static String describe(int index, int good, boolean cutShort) {
    return cutShort
        ? "incomplete utf-8 byte sequence from index " + index
        : "invalid utf-8 sequence of " + good + " bytes from index " + index;
  }

  private static int width(int first) {
    if (first >= 0xc2 && first <= 0xdf) {
      return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
      return 3;
    }
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  }

  /** How many bytes from {@code at} belong to one well-formed sequence (Unicode table 3-7). */
  private static int goodBytes(byte[] bytes, int at, int end, int first, int width) {
    for (int i = 1; i < width; i++) {
      if (at + i >= end) {
        return i;
      }
      int next = bytes[at + i] & 0xff;
      int low = 0x80;
      int high = 0xbf;
      if (i == 1) {
        low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
      }
      if (next < low || next > high) {
        return i;
      }
    }
    return width;
  }

  private static int compare(String left, String right) {
    int shorter = Math.min(left.length(), right.length());
    for (int i = 0; i < shorter; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // Surrogates stand for code points above every other unit.
        boolean wideA = Character.isSurrogate(a);
        boolean wideB = Character.isSurrogate(b);
        return wideA == wideB ? Character.compare(a, b) : wideA ? 1 : -1;
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}

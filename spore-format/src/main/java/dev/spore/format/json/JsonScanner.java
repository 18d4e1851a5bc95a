package dev.spore.format.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Takes the tokens of canonical JSON off a byte array. Each method either consumes one token or
 * leaves the position where it was and says so.
 */
final class JsonScanner {
  private static final int NUMBER_DIGITS_MAX = 19;

  /** {@code \}{@code u00xx} */
  private static final int ESCAPE_BYTES = 6;

  private final byte[] bytes;
  private int at;

  JsonScanner(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean atEnd() {
    return at >= bytes.length;
  }

  boolean peek(char c) {
    return at < bytes.length && bytes[at] == c;
  }

  /** Consumes {@code ascii} if it comes next. */
  boolean take(String ascii) {
    int length = ascii.length();
    if (length > bytes.length - at) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (bytes[at + i] != ascii.charAt(i)) {
        return false;
      }
    }
    at += length;
    return true;
  }

  /** Consumes {@code "name":} if it comes next. */
  boolean takeName(String name) {
    int start = at;
    if (take("\"") && take(name) && take("\":")) {
      return true;
    }
    at = start;
    return false;
  }

  /** A number without sign, fraction, exponent or leading zero, or -1. */
  long number() {
    int end = at;
    long value = 0;
    while (end < bytes.length && digit(bytes[end])) {
      value = value * 10 + (bytes[end] - '0');
      end++;
    }
    int digits = end - at;
    // 19 digits reach at most 9999999999999999999, whose sign bit shows the overflow.
    if (digits == 0 || digits > NUMBER_DIGITS_MAX || value < 0 || (digits > 1 && peek('0'))) {
      return -1;
    }
    at = end;
    return value;
  }

  /** Whether a string of exactly {@code digits} hexadecimal digits comes next. */
  boolean hasHex(int digits) {
    return hexRun() == digits;
  }

  /** Consumes what {@link #hasHex} found, at most 16 digits. */
  long takeHex(int digits) {
    long value = 0;
    for (int i = 1; i <= digits; i++) {
      value = value << 4 | nibble(bytes[at + i]);
    }
    at += digits + 2;
    return value;
  }

  /** A string of an even number of hexadecimal digits for at most {@code bytesMax} bytes. */
  byte @Nullable [] hexBytes(int bytesMax) {
    int digits = hexRun();
    if (digits < 0 || digits % 2 != 0 || digits / 2 > bytesMax) {
      return null;
    }
    byte[] value = new byte[digits / 2];
    for (int i = 0; i < value.length; i++) {
      int high = at + 1 + 2 * i;
      value[i] = (byte) (nibble(bytes[high]) << 4 | nibble(bytes[high + 1]));
    }
    at += digits + 2;
    return value;
  }

  /** A string of at most {@code bytesMax} bytes of UTF-8 once its escapes are resolved. */
  @Nullable String string(int bytesMax) {
    if (!peek('"')) {
      return null;
    }
    byte[] plain = new byte[Math.min(bytesMax, bytes.length - at)];
    int size = 0;
    int from = at + 1;
    while (from < bytes.length && bytes[from] != '"') {
      int taken = character(from);
      if (taken == 0 || size == plain.length) {
        return null;
      }
      plain[size++] = value(from, taken);
      from += taken;
    }
    if (from >= bytes.length) {
      return null;
    }
    String text = decode(plain, size);
    if (text != null) {
      at = from + 1;
    }
    return text;
  }

  /** How many bytes the byte of a string at {@code from} is written with; 0 if it is not legal. */
  private int character(int from) {
    byte b = bytes[from];
    if (b != '\\') {
      return b >= 0 && b < ' ' ? 0 : 1;
    }
    if (from + 1 < bytes.length && (bytes[from + 1] == '"' || bytes[from + 1] == '\\')) {
      return 2;
    }
    boolean control =
        from + ESCAPE_BYTES <= bytes.length
            && bytes[from + 1] == 'u'
            && bytes[from + 2] == '0'
            && bytes[from + 3] == '0'
            && (bytes[from + 4] == '0' || bytes[from + 4] == '1')
            && nibble(bytes[from + 5]) >= 0;
    return control ? ESCAPE_BYTES : 0;
  }

  private byte value(int from, int taken) {
    return switch (taken) {
      case 1 -> bytes[from];
      case 2 -> bytes[from + 1];
      default -> (byte) (nibble(bytes[from + 4]) << 4 | nibble(bytes[from + 5]));
    };
  }

  private static @Nullable String decode(byte[] plain, int size) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(plain, 0, size)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /** Digits in the string of hexadecimal digits that comes next, or -1 if none does. */
  private int hexRun() {
    if (!peek('"')) {
      return -1;
    }
    int end = at + 1;
    while (end < bytes.length && nibble(bytes[end]) >= 0) {
      end++;
    }
    return end < bytes.length && bytes[end] == '"' ? end - at - 1 : -1;
  }

  private static boolean digit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** The value of a lower-case hexadecimal digit, or -1. */
  private static int nibble(byte b) {
    if (digit(b)) {
      return b - '0';
    }
    return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
  }
}

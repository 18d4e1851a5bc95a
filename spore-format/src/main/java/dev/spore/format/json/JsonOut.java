package dev.spore.format.json;

import dev.spore.format.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Writes canonical JSON. Members come in the order of the calls. Not thread-safe. */
public final class JsonOut {
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(16 << 10);
  private boolean first = true;

  /** What has been written. */
  public byte[] toBytes() {
    return out.toByteArray();
  }

  /** The document: an object whose members {@code body} writes. */
  public <T> byte[] document(T value, BiConsumer<JsonOut, T> body) {
    element(value, body);
    return toBytes();
  }

  /** An object member. */
  public <T> void object(String name, T value, BiConsumer<JsonOut, T> body) {
    name(name);
    element(value, body);
  }

  /** An object member, or {@code null}. */
  public <T> void objectOrNull(String name, @Nullable T value, BiConsumer<JsonOut, T> body) {
    if (value == null) {
      none(name);
    } else {
      object(name, value, body);
    }
  }

  /** An array of objects. */
  public <T> void list(String name, List<T> values, BiConsumer<JsonOut, T> body) {
    name(name);
    out.write('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.write(',');
      }
      element(values.get(i), body);
    }
    out.write(']');
  }

  /** An array of strings. */
  public void texts(String name, List<String> values) {
    name(name);
    out.write('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.write(',');
      }
      string(values.get(i));
    }
    out.write(']');
  }

  /** An array of 64-bit values, 16 hexadecimal digits each. */
  public void hex64s(String name, List<Long> values) {
    name(name);
    out.write('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.write(',');
      }
      digits(values.get(i), Long.BYTES);
    }
    out.write(']');
  }

  /** A 64-bit value as 16 hexadecimal digits. */
  public void hex64(String name, long value) {
    name(name);
    digits(value, Long.BYTES);
  }

  /** A 32-bit value as 8 hexadecimal digits. */
  public void hex32(String name, long value) {
    name(name);
    digits(value, Integer.BYTES);
  }

  /**
   * A number.
   *
   * @param value at least 0
   */
  public void number(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is negative");
    }
    name(name);
    ascii(Long.toString(value));
  }

  /** {@code true} or {@code false}. */
  public void flag(String name, boolean value) {
    name(name);
    ascii(value ? "true" : "false");
  }

  /** A number, or {@code null}. */
  public void numberOrNull(String name, OptionalLong value) {
    if (value.isPresent()) {
      number(name, value.getAsLong());
    } else {
      none(name);
    }
  }

  /** A 64-bit value as 16 hexadecimal digits, or {@code null}. */
  public void hex64OrNull(String name, OptionalLong value) {
    if (value.isPresent()) {
      hex64(name, value.getAsLong());
    } else {
      none(name);
    }
  }

  /** Bytes as two hexadecimal digits each, or {@code null}. */
  public void bytesOrNull(String name, @Nullable Bytes value) {
    if (value == null) {
      none(name);
    } else {
      bytes(name, value);
    }
  }

  /** A string. */
  public void text(String name, String value) {
    name(name);
    string(value);
  }

  /** Bytes as two hexadecimal digits each. */
  public void bytes(String name, Bytes value) {
    text(name, value.hex());
  }

  private void none(String name) {
    name(name);
    ascii("null");
  }

  private <T> void element(T value, BiConsumer<JsonOut, T> body) {
    out.write('{');
    first = true;
    body.accept(this, value);
    out.write('}');
    first = false;
  }

  private void name(String name) {
    if (!first) {
      out.write(',');
    }
    first = false;
    string(name);
    out.write(':');
  }

  private void string(String value) {
    out.write('"');
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      if (b == '"' || b == '\\') {
        out.write('\\');
        out.write(b);
      } else if (b >= 0 && b < ' ') {
        ascii("\\u00");
        out.write(DIGITS[b >> 4]);
        out.write(DIGITS[b & 15]);
      } else {
        out.write(b);
      }
    }
    out.write('"');
  }

  private void digits(long value, int bytes) {
    out.write('"');
    for (int shift = bytes * 8 - 4; shift >= 0; shift -= 4) {
      out.write(DIGITS[(int) (value >>> shift) & 15]);
    }
    out.write('"');
  }

  private void ascii(String value) {
    out.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }
}

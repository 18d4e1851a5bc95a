package dev.spore.plugin.json;

import dev.spore.plugin.value.FloatText;
import dev.spore.plugin.value.Value;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON in the one form hashes cover, or indented by two spaces as files are. In constant
 * memory: whatever exceeds the buffer goes to the sink. One thread.
 */
public final class JsonWriter {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final boolean indented;
  private final ByteSink sink;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final byte[] digits = new byte[20];
  private int used;
  private int depth;
  private boolean first = true;
  private boolean afterKey;

  public JsonWriter(boolean indented, ByteSink sink) {
    this.indented = indented;
    this.sink = sink;
  }

  /** The bytes one writing gives. */
  public static byte[] toBytes(boolean indented, Consumer<JsonWriter> writing) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JsonWriter writer = new JsonWriter(indented, out::write);
    writing.accept(writer);
    writer.flush();
    return out.toByteArray();
  }

  /** Gives the sink what is buffered. */
  public void flush() {
    sink.write(buffer, 0, used);
    used = 0;
  }

  public JsonWriter beginObject() {
    return begin('{');
  }

  public JsonWriter endObject() {
    return end('}');
  }

  public JsonWriter beginArray() {
    return begin('[');
  }

  public JsonWriter endArray() {
    return end(']');
  }

  /** The name of the next member. */
  public JsonWriter key(String name) {
    before();
    quoted(name);
    put(':');
    if (indented) {
      put(' ');
    }
    afterKey = true;
    return this;
  }

  public JsonWriter string(String text) {
    before();
    quoted(text);
    return this;
  }

  public JsonWriter nullableString(@Nullable String text) {
    return text == null ? literal("null") : string(text);
  }

  /** {@code null}, {@code true}, {@code false} or a number already in its form. */
  public JsonWriter literal(String text) {
    before();
    ascii(text);
    return this;
  }

  public JsonWriter integer(long number) {
    before();
    if (number < 0) {
      ascii(Long.toString(number));
    } else {
      decimal(number);
    }
    return this;
  }

  public JsonWriter unsigned(long number) {
    return number >= 0 ? integer(number) : literal(Long.toUnsignedString(number));
  }

  /** A value in its JSON form: {@code "Nil"}, or one key that names the kind. */
  public JsonWriter value(Value value) {
    switch (value) {
      case Value.Nil _ -> string("Nil");
      case Value.Bool(boolean bool) -> kind("Bool").literal(Boolean.toString(bool)).endObject();
      case Value.I64(long number) -> kind("I64").integer(number).endObject();
      case Value.F64(double number) -> kind("F64").literal(FloatText.json(number)).endObject();
      case Value.Text text -> kind("String").string(text.value()).endObject();
      case Value.Array array -> kind("Array").values(array.items()).endObject();
      case Value.FunctionName(String name) -> kind("Function").string(name).endObject();
      case Value.CapabilityName(String name) -> kind("Capability").string(name).endObject();
    }
    return this;
  }

  /** An array of values. */
  public JsonWriter values(List<Value> values) {
    beginArray();
    for (Value value : values) {
      value(value);
    }
    return endArray();
  }

  private JsonWriter kind(String name) {
    return beginObject().key(name);
  }

  private JsonWriter begin(char bracket) {
    before();
    put(bracket);
    depth++;
    first = true;
    return this;
  }

  private JsonWriter end(char bracket) {
    depth--;
    if (!first) {
      newLine();
    }
    put(bracket);
    first = false;
    return this;
  }

  private void before() {
    if (afterKey) {
      afterKey = false;
    } else if (depth > 0) {
      if (!first) {
        put(',');
      }
      newLine();
    }
    first = false;
  }

  private void newLine() {
    if (indented) {
      put('\n');
      for (int i = 0; i < depth; i++) {
        put(' ');
        put(' ');
      }
    }
  }

  private void decimal(long number) {
    int at = digits.length;
    long rest = number;
    do {
      digits[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
    raw(digits, at, digits.length - at);
  }

  private void quoted(String text) {
    put('"');
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (unit >= 0x80) {
        i += wide(text, i);
      } else if (unit >= ' ' && unit != '"' && unit != '\\') {
        put(unit);
      } else {
        escape(unit);
      }
    }
    put('"');
  }

  /** Writes the code point at an index; how many units beyond one it has. */
  private int wide(String text, int index) {
    int point = text.codePointAt(index);
    byte[] bytes = Character.toString(point).getBytes(StandardCharsets.UTF_8);
    raw(bytes, 0, bytes.length);
    return Character.charCount(point) - 1;
  }

  private void escape(char unit) {
    switch (unit) {
      case '"' -> ascii("\\\"");
      case '\\' -> ascii("\\\\");
      case '\b' -> ascii("\\b");
      case '\f' -> ascii("\\f");
      case '\n' -> ascii("\\n");
      case '\r' -> ascii("\\r");
      case '\t' -> ascii("\\t");
      default -> {
        ascii("\\u00");
        put((char) HEX[unit >> 4]);
        put((char) HEX[unit & 15]);
      }
    }
  }

  private void ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      put(text.charAt(i));
    }
  }

  private void put(char ascii) {
    if (used == BUFFER_BYTES) {
      flush();
    }
    buffer[used++] = (byte) ascii;
  }

  /** An item of an array whose text the caller has made, in the form this writes. */
  public JsonWriter item(byte[] bytes, int length) {
    before();
    raw(bytes, 0, length);
    return this;
  }

  private void raw(byte[] bytes, int offset, int length) {
    if (length > BUFFER_BYTES - used) {
      flush();
    }
    if (length > BUFFER_BYTES) {
      sink.write(bytes, offset, length);
      return;
    }
    System.arraycopy(bytes, offset, buffer, used, length);
    used += length;
  }
}

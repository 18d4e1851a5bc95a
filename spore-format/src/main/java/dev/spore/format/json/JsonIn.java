package dev.spore.format.json;

import dev.spore.format.Bytes;
import dev.spore.format.FormatException;
import dev.spore.format.FormatException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link JsonOut} writes and refuses everything else. Each call names the member that
 * must come next. Not thread-safe.
 *
 * <p>All methods throw {@link FormatException} with the path of the member. An
 * IllegalArgumentException of a record's constructor becomes one.
 */
public final class JsonIn {
  /** Objects inside each other; the shape of the records decides it, not the input. */
  private static final int DEPTH_MAX = 16;

  private final JsonScanner scanner;
  private final StringBuilder path;
  private final int[] marks = new int[DEPTH_MAX];
  private int depth;
  private boolean first = true;

  /**
   * @param file what messages call the document
   * @param bytes not changed and not kept after reading
   */
  public JsonIn(String file, byte[] bytes) {
    this.path = new StringBuilder(file).append(':');
    this.scanner = new JsonScanner(bytes);
  }

  /** The whole document: an object that {@code body} reads and ends, and nothing after it. */
  public <T> T document(Function<JsonIn, T> body) {
    try {
      T value = body.apply(open(path.length()));
      if (!scanner.atEnd()) {
        throw fail(Code.INVALID, "something follows the end");
      }
      return value;
    } catch (IllegalArgumentException e) {
      throw new FormatException(Code.INVALID, path.toString(), String.valueOf(e.getMessage()));
    }
  }

  /** The first members of a document, whatever follows them. */
  public <T> T start(Function<JsonIn, T> body) {
    return body.apply(open(path.length()));
  }

  /** Begins an object member; its last member is followed by {@link #end}. */
  public JsonIn object(String name) {
    return open(enter(name));
  }

  /**
   * Ends the object that was begun last.
   *
   * @return {@code value}, what it was read into
   */
  public <T> T end(T value) {
    if (!scanner.take("}")) {
      throw fail(Code.INVALID, "has a member this format does not know, or does not end");
    }
    first = false;
    depth--;
    path.setLength(marks[depth]);
    return value;
  }

  /** An object member that {@code body} reads and ends, or {@code null}. */
  public <T> @Nullable T objectOrNull(String name, Function<JsonIn, T> body) {
    int mark = enter(name);
    if (scanner.take("null")) {
      path.setLength(mark);
      return null;
    }
    return body.apply(open(mark));
  }

  /** An array of at most {@code countMax} objects, each of which {@code body} reads and ends. */
  public <T> List<T> list(String name, int countMax, Function<JsonIn, T> body) {
    return array(name, countMax, in -> body.apply(in.open(in.path.length())));
  }

  /** An array of at most {@code countMax} strings, each of at most {@code bytesMax} UTF-8 bytes. */
  public List<String> texts(String name, int countMax, int bytesMax) {
    return array(name, countMax, in -> in.string(bytesMax));
  }

  /** An array of at most {@code countMax} 64-bit values. */
  public List<Long> hex64s(String name, int countMax) {
    return array(name, countMax, in -> in.digits(Long.BYTES));
  }

  /** A 64-bit value. */
  public long hex64(String name) {
    int mark = enter(name);
    long value = digits(Long.BYTES);
    path.setLength(mark);
    return value;
  }

  /** A 32-bit value, as it is: negative from 2^31. */
  public int hex32(String name) {
    return (int) u32(name);
  }

  /** A 32-bit value, 0 to 2^32-1. */
  public long u32(String name) {
    int mark = enter(name);
    long value = digits(Integer.BYTES);
    path.setLength(mark);
    return value;
  }

  /** A number from 0 to 2^63-1. */
  public long number(String name) {
    int mark = enter(name);
    long value = number();
    path.setLength(mark);
    return value;
  }

  /** A number from 0 to 2^31-1. */
  public int integer(String name) {
    int mark = enter(name);
    long value = scanner.number();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw fail(Code.INVALID, "is not a number from 0 to " + Integer.MAX_VALUE);
    }
    path.setLength(mark);
    return (int) value;
  }

  /** {@code true} or {@code false}. */
  public boolean flag(String name) {
    int mark = enter(name);
    boolean value = scanner.take("true");
    if (!value && !scanner.take("false")) {
      throw fail(Code.INVALID, "is neither true nor false");
    }
    path.setLength(mark);
    return value;
  }

  /** A string of at most {@code bytesMax} UTF-8 bytes. */
  public String text(String name, int bytesMax) {
    int mark = enter(name);
    String value = string(bytesMax);
    path.setLength(mark);
    return value;
  }

  /** At most {@code bytesMax} bytes. */
  public Bytes bytes(String name, int bytesMax) {
    int mark = enter(name);
    Bytes value = rawBytes(bytesMax);
    path.setLength(mark);
    return value;
  }

  /** A number, or empty for {@code null}. */
  public OptionalLong numberOrNull(String name) {
    int mark = enter(name);
    OptionalLong value = scanner.take("null") ? OptionalLong.empty() : OptionalLong.of(number());
    path.setLength(mark);
    return value;
  }

  /** A 64-bit value, or empty for {@code null}. */
  public OptionalLong hex64OrNull(String name) {
    int mark = enter(name);
    OptionalLong value =
        scanner.take("null") ? OptionalLong.empty() : OptionalLong.of(digits(Long.BYTES));
    path.setLength(mark);
    return value;
  }

  /** At most {@code bytesMax} bytes, or {@code null}. */
  public @Nullable Bytes bytesOrNull(String name, int bytesMax) {
    int mark = enter(name);
    Bytes value = scanner.take("null") ? null : rawBytes(bytesMax);
    path.setLength(mark);
    return value;
  }

  /** The name of the next member, whatever it is, or null at the end of the object. */
  public @Nullable String anyName(int bytesMax) {
    if (scanner.peek('}')) {
      return null;
    }
    separator();
    String name = string(bytesMax);
    require(":");
    return name;
  }

  /** The value after {@link #anyName}: a string. */
  public String anyText(int bytesMax) {
    return string(bytesMax);
  }

  /** An exception for the member that is being read. */
  public FormatException fail(Code code, String what) {
    return new FormatException(scanner.atEnd() ? Code.TRUNCATED : code, path.toString(), what);
  }

  /**
   * Consumes the brace of an object.
   *
   * @param mark length of the path once the object has ended
   */
  private JsonIn open(int mark) {
    require("{");
    marks[depth] = mark;
    depth++;
    first = true;
    return this;
  }

  private <T> List<T> array(String name, int countMax, Function<JsonIn, T> read) {
    int mark = enter(name);
    int inner = path.length();
    require("[");
    List<T> values = new ArrayList<>();
    while (!scanner.take("]")) {
      if (values.size() == countMax) {
        throw fail(Code.TOO_LARGE, "has more than " + countMax + " elements");
      }
      if (!values.isEmpty()) {
        require(",");
      }
      path.append('[').append(values.size()).append(']');
      values.add(read.apply(this));
      path.setLength(inner);
    }
    path.setLength(mark);
    return values;
  }

  /** Consumes {@code ,"name":} and adds the name to the path; returns the path's length before. */
  private int enter(String name) {
    int mark = path.length();
    path.append(path.charAt(mark - 1) == ':' ? " " : ".").append(name);
    separator();
    if (!scanner.takeName(name)) {
      throw fail(Code.INVALID, "is not the next member");
    }
    return mark;
  }

  private void separator() {
    if (!first) {
      require(",");
    }
    first = false;
  }

  private void require(String literal) {
    if (!scanner.take(literal)) {
      throw fail(Code.INVALID, "has no " + literal + " where one must be");
    }
  }

  private long digits(int bytes) {
    if (!scanner.hasHex(2 * bytes)) {
      throw fail(Code.INVALID, "is not %d lower-case hexadecimal digits".formatted(2 * bytes));
    }
    return scanner.takeHex(2 * bytes);
  }

  private long number() {
    long value = scanner.number();
    if (value < 0) {
      throw fail(Code.INVALID, "is not a number from 0 to 2^63-1");
    }
    return value;
  }

  private Bytes rawBytes(int bytesMax) {
    byte[] value = scanner.hexBytes(bytesMax);
    if (value == null) {
      throw fail(
          Code.INVALID,
          "is not an even number of lower-case hexadecimal digits, at most " + 2L * bytesMax);
    }
    return Bytes.of(value);
  }

  private String string(int bytesMax) {
    String value = scanner.string(bytesMax);
    if (value == null) {
      throw fail(
          Code.INVALID, "is not a string of this format of at most %d bytes".formatted(bytesMax));
    }
    return value;
  }
}

package dev.spore.plugin.json;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads hostile JSON in one pass: typed, bounded, nothing kept but what is asked for. Everything
 * that is wrong is a {@link DecodeException} with line and column. A method that reads a value
 * expects the parser at its first token and leaves it at its last.
 */
public final class JsonReader implements AutoCloseable {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(PluginLimits.JSON_DEPTH_MAX)
                  .maxNumberLength(PluginLimits.JSON_NUMBER_CHARS_MAX)
                  .maxStringLength(PluginLimits.STRING_BYTES_MAX)
                  .maxNameLength(PluginLimits.STRING_BYTES_MAX)
                  .build())
          .build();
  private static final BigInteger U64_MAX = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  /** Reads one member of an object, or says that it does not know it. */
  @FunctionalInterface
  public interface Member {
    /** Whether the member was read; one that was not is skipped. */
    boolean read(String name);
  }

  /** For documents of any length: a repeated member is the business of who knows the member. */
  private static final JsonFactory STREAM_FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              FACTORY
                  .streamReadConstraints()
                  .rebuild()
                  .maxNameLength(PluginLimits.JSON_STREAM_NAME_CHARS_MAX)
                  .build())
          .build();

  private final JsonParser parser;
  private final MeteredStream meter;
  private final Set<String> unknown = new HashSet<>();
  private int unknownChars;

  private JsonReader(JsonParser parser, MeteredStream meter) {
    this.parser = parser;
    this.meter = meter;
  }

  /**
   * Reads a document of any length piece by piece, from {@link #begin} on. Nothing is kept of what
   * is skipped; {@link #budget} bounds what is kept. Errors are translated only inside {@link
   * #guarded}.
   */
  public static JsonReader stream(InputStream in) {
    MeteredStream meter = new MeteredStream(in);
    return new JsonReader(STREAM_FACTORY.createParser(ObjectReadContext.empty(), meter), meter);
  }

  /**
   * Runs what reads.
   *
   * @throws DecodeException for all that is wrong with the document
   * @throws UncheckedIOException for all that is wrong with its file
   */
  public static <T extends @Nullable Object> T guarded(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (JacksonIOException e) {
      throw MeteredStream.translate(e);
    } catch (JacksonException e) {
      throw new DecodeException(e.getOriginalMessage() + place(e.getLocation()));
    }
  }

  /** Allows this many bytes from here; more are a decode error that calls them {@code what}. */
  public void budget(long bytes, String what) {
    meter.allow(bytes, what);
  }

  /** Goes to the first token of the document. */
  public void begin() {
    next();
  }

  /**
   * Expects the end of the document.
   *
   * @throws DecodeException if something follows
   */
  public void end() {
    if (parser.nextToken() != null) {
      throw error("trailing characters");
    }
  }

  /** Bytes of the document before the current token. */
  public long offset() {
    return parser.currentTokenLocation().getByteOffset();
  }

  /** Expects an array; {@link #nextItem} goes through it. */
  public void beginItems() {
    expect(JsonToken.START_ARRAY, "an array");
  }

  /** Whether the array has another item, which is then the current token. */
  public boolean nextItem() {
    return next() != JsonToken.END_ARRAY;
  }

  /** An object of a document of any length: each member it knows may be there once. */
  public void fields(Member member) {
    fieldsUntil("", member);
  }

  /**
   * The same up to a member that then is the current token.
   *
   * @return whether there is one
   */
  public boolean fieldsUntil(String last, Member member) {
    expect(JsonToken.START_OBJECT, "an object");
    Set<String> known = new HashSet<>();
    while (next() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      next();
      if (known.contains(name)) {
        throw error("duplicate field `" + name + "`");
      }
      if (!last.isEmpty() && name.equals(last)) {
        return true;
      }
      if (member.read(name)) {
        known.add(name);
      } else {
        note(name);
        skip();
      }
    }
    return false;
  }

  /** Jackson keeps every name it meets: a document may not have endlessly many. */
  private void note(String name) {
    if (unknown.add(name)) {
      unknownChars += name.length();
      if (unknown.size() > PluginLimits.JSON_UNKNOWN_NAMES_MAX
          || unknownChars > PluginLimits.JSON_STREAM_NAME_CHARS_MAX) {
        throw error("too many unknown fields");
      }
    }
  }

  private void skip() {
    if (!parser.currentToken().isStructStart()) {
      return;
    }
    for (int depth = 1; depth > 0; ) {
      JsonToken token = next();
      if (token == JsonToken.PROPERTY_NAME) {
        note(parser.currentName());
      } else if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      }
    }
  }

  /** Reads a whole document of one value. */
  public static <T> T document(byte[] bytes, Function<JsonReader, T> reading) {
    try (JsonReader reader =
        new JsonReader(
            FACTORY.createParser(ObjectReadContext.empty(), bytes), MeteredStream.NONE)) {
      reader.next();
      T result = reading.apply(reader);
      if (reader.parser.nextToken() != null) {
        throw reader.error("trailing characters");
      }
      return result;
    } catch (JacksonException e) {
      throw new DecodeException(e.getOriginalMessage() + place(e.getLocation()));
    }
  }

  @Override
  public void close() {
    parser.close();
  }

  /** An error at the current place. */
  public DecodeException error(String what) {
    return new DecodeException(what + place(parser.currentTokenLocation()));
  }

  private static String place(@Nullable TokenStreamLocation location) {
    return location == null
        ? ""
        : " at line " + location.getLineNr() + " column " + location.getColumnNr();
  }

  private JsonToken next() {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw error("EOF while parsing a value");
    }
    return token;
  }

  private void expect(JsonToken token, String what) {
    if (parser.currentToken() != token) {
      throw error("invalid type: expected " + what);
    }
  }

  /** An object; members may come in any order. */
  public void object(Member member) {
    expect(JsonToken.START_OBJECT, "an object");
    while (next() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      next();
      if (!member.read(name)) {
        parser.skipChildren();
      }
    }
  }

  /** An array of at most {@link PluginLimits#LIST_ITEMS_MAX} items. */
  public <T> List<T> list(Supplier<T> item) {
    expect(JsonToken.START_ARRAY, "an array");
    List<T> items = new ArrayList<>();
    while (next() != JsonToken.END_ARRAY) {
      room(items);
      items.add(item.get());
    }
    return items;
  }

  /** An object with exactly one member, whose name says what it is. */
  public <T> T tagged(Function<String, T> reading) {
    expect(JsonToken.START_OBJECT, "an object of one member");
    if (next() == JsonToken.END_OBJECT) {
      throw error("expected one member, got none");
    }
    String name = parser.currentName();
    next();
    T result = reading.apply(name);
    if (next() != JsonToken.END_OBJECT) {
      throw error("expected one member, got more");
    }
    return result;
  }

  /**
   * A member that must be there.
   *
   * @throws DecodeException if it is not
   */
  public <T> T require(@Nullable T value, String field) {
    if (value == null) {
      throw error("missing field `" + field + "`");
    }
    return value;
  }

  public boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  public boolean isString() {
    return parser.currentToken() == JsonToken.VALUE_STRING;
  }

  public String string() {
    expect(JsonToken.VALUE_STRING, "a string");
    String text = parser.getString();
    if (!Utf8.isValid(text)) {
      throw error("lone surrogate in a string");
    }
    return text;
  }

  public @Nullable String nullableString() {
    return isNull() ? null : string();
  }

  /** An unsigned 64-bit integer, in a long. */
  public long unsigned() {
    BigInteger number = integer();
    if (number.signum() < 0 || number.compareTo(U64_MAX) > 0) {
      throw error("number out of range for u64");
    }
    return number.longValue();
  }

  private long signed() {
    BigInteger number = integer();
    if (number.bitLength() > 63) {
      throw error("number out of range for i64");
    }
    return number.longValue();
  }

  private BigInteger integer() {
    expect(JsonToken.VALUE_NUMBER_INT, "an integer");
    return parser.getBigIntegerValue();
  }

  private double number() {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
        && parser.currentToken() != JsonToken.VALUE_NUMBER_FLOAT) {
      throw error("invalid type: expected a number");
    }
    // -0 is an integer to the parser and would lose its sign.
    double number = Double.parseDouble(parser.getString());
    if (Double.isInfinite(number)) {
      throw error("number out of range");
    }
    return number;
  }

  /** Whatever was no number: the format writes them all as null. */
  private double notFinite() {
    if (meter == MeteredStream.NONE) {
      throw error("invalid type: null, expected f64");
    }
    return Double.NaN;
  }

  private boolean bool() {
    if (parser.currentToken() != JsonToken.VALUE_TRUE
        && parser.currentToken() != JsonToken.VALUE_FALSE) {
      throw error("invalid type: expected a boolean");
    }
    return parser.currentToken() == JsonToken.VALUE_TRUE;
  }

  /** A value in its JSON form; arrays inside arrays take no stack. */
  public Value value() {
    Deque<List<Value>> open = new ArrayDeque<>();
    while (true) {
      Value value = open(open);
      boolean ended = value != null || next() == JsonToken.END_ARRAY;
      while (ended) {
        if (value == null) {
          value = new Value.Array(open.pop());
          closeTag();
        }
        List<Value> around = open.peek();
        if (around == null) {
          return value;
        }
        room(around);
        around.add(value);
        value = null;
        ended = next() == JsonToken.END_ARRAY;
      }
    }
  }

  /** The value at the current token, or null if it is an array, whose items are then due. */
  private @Nullable Value open(Deque<List<Value>> open) {
    if (isString()) {
      if (!string().equals("Nil")) {
        throw error("unknown variant, expected Nil");
      }
      return Value.Nil.NIL;
    }
    expect(JsonToken.START_OBJECT, "an object of one member");
    if (next() == JsonToken.END_OBJECT) {
      throw error("expected one member, got none");
    }
    String kind = parser.currentName();
    next();
    if (!kind.equals("Array")) {
      Value value = scalar(kind);
      closeTag();
      return value;
    }
    expect(JsonToken.START_ARRAY, "an array");
    if (open.size() == PluginLimits.VALUE_DEPTH_MAX) {
      throw error("arrays nest deeper than " + PluginLimits.VALUE_DEPTH_MAX);
    }
    open.push(new ArrayList<>());
    return null;
  }

  private void closeTag() {
    if (next() != JsonToken.END_OBJECT) {
      throw error("expected one member, got more");
    }
  }

  private void room(List<?> items) {
    if (items.size() == PluginLimits.LIST_ITEMS_MAX) {
      throw error("a list has more than " + PluginLimits.LIST_ITEMS_MAX + " items");
    }
  }

  private Value scalar(String kind) {
    return switch (kind) {
      case "Nil" -> {
        expect(JsonToken.VALUE_NULL, "null");
        yield Value.Nil.NIL;
      }
      case "Bool" -> new Value.Bool(bool());
      case "I64" -> new Value.I64(signed());
      case "F64" -> new Value.F64(isNull() ? notFinite() : number());
      case "String" -> new Value.Text(string());
      case "Function" -> new Value.FunctionName(string());
      case "Capability" -> new Value.CapabilityName(string());
      default -> throw error("unknown kind of value " + kind);
    };
  }
}

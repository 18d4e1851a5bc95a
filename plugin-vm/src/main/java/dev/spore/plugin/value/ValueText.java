package dev.spore.plugin.value;

import java.util.Arrays;
import java.util.List;

/** The two ways a value is shown to people: plain, and the inner form of things inside arrays. */
public final class ValueText {
  /** Combining characters outside the categories Mn and Me that extend a grapheme (Unicode 16). */
  private static final int[] MORE_EXTENDERS = {
    0x09be, 0x09d7, 0x0b3e, 0x0b57, 0x0bbe, 0x0bd7, 0x0cc0, 0x0cc2, 0x0cc7, 0x0cc8, 0x0cca, 0x0ccb,
    0x0cd5, 0x0cd6, 0x0d3e, 0x0d57, 0x0dcf, 0x0ddf, 0x1715, 0x1734, 0x1b35, 0x1b3b, 0x1b3d, 0x1b43,
    0x1b44, 0x1baa, 0x1bf2, 0x1bf3, 0x302e, 0x302f, 0xa953, 0xa9c0, 0xff9e, 0xff9f
  };

  private ValueText() {}

  /** As a result is printed: text raw, an array in its inner form. */
  public static String plain(Value value) {
    return switch (value) {
      case Value.Nil _ -> "nil";
      case Value.Bool(boolean bool) -> Boolean.toString(bool);
      case Value.I64(long number) -> Long.toString(number);
      case Value.F64(double number) -> FloatText.plain(number);
      case Value.Text text -> text.value();
      case Value.Array array -> items(array.items());
      case Value.FunctionName(String name) -> name;
      case Value.CapabilityName(String name) -> name;
    };
  }

  /** With its kind: {@code I64(5)}, {@code String("x")}, {@code Array([I64(1)])}. */
  public static String inner(Value value) {
    StringBuilder out = new StringBuilder();
    inner(value, out);
    return out.toString();
  }

  /** Values in brackets, each in its inner form. */
  public static String items(List<Value> values) {
    StringBuilder out = new StringBuilder();
    items(values, out);
    return out.toString();
  }

  /** A text in double quotes, with everything escaped that cannot be seen. */
  public static String quoted(String text) {
    StringBuilder out = new StringBuilder();
    quoted(text, out);
    return out.toString();
  }

  private static void inner(Value value, StringBuilder out) {
    switch (value) {
      case Value.Nil _ -> out.append("Nil");
      case Value.Bool(boolean bool) -> out.append("Bool(").append(bool).append(')');
      case Value.I64(long number) -> out.append("I64(").append(number).append(')');
      case Value.F64(double number) ->
          out.append("F64(").append(FloatText.inner(number)).append(')');
      case Value.Text text -> named("String", text.value(), out);
      case Value.Array array -> {
        out.append("Array(");
        items(array.items(), out);
        out.append(')');
      }
      case Value.FunctionName(String name) -> named("Function", name, out);
      case Value.CapabilityName(String name) -> named("Capability", name, out);
    }
  }

  private static void named(String kind, String text, StringBuilder out) {
    out.append(kind).append('(');
    quoted(text, out);
    out.append(')');
  }

  private static void items(List<Value> values, StringBuilder out) {
    out.append('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        out.append(", ");
      }
      inner(values.get(i), out);
    }
    out.append(']');
  }

  private static void quoted(String text, StringBuilder out) {
    out.append('"');
    text.codePoints().forEach(point -> escaped(point, out));
    out.append('"');
  }

  private static void escaped(int point, StringBuilder out) {
    switch (point) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\t' -> out.append("\\t");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case 0 -> out.append("\\0");
      default -> {
        if (isVisible(point)) {
          out.appendCodePoint(point);
        } else {
          out.append("\\u{").append(Integer.toHexString(point)).append('}');
        }
      }
    }
  }

  private static boolean isVisible(int point) {
    if (point >= ' ' && point < 0x7f) {
      return true;
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK ->
          false;
      default -> Arrays.binarySearch(MORE_EXTENDERS, point) < 0;
    };
  }
}

package dev.spore.plugin.value;

import org.jspecify.annotations.Nullable;

/** The ten types of signatures; the ordinal is the tag of the binary form. */
public enum ValueType {
  NIL("nil", "nil", "Nil"),
  BOOL("bool", "bool", "Bool"),
  I64("i64", "i64", "I64"),
  F64("f64", "f64", "F64"),
  STRING("string", "string", "String"),
  ARRAY("array", "array", "Array"),
  FUNCTION("function", "function", "Function"),
  CAPABILITY("capability", "capability", "Capability"),
  ANY("any", "any", "Any"),
  ANY_VARIADIC("any...", "any_variadic", "AnyVariadic");

  private static final ValueType[] TYPES = values();

  private final String text;
  private final String json;
  private final String message;

  ValueType(String text, String json, String message) {
    this.text = text;
    this.json = json;
    this.message = message;
  }

  /** Its number in the binary form. */
  @SuppressWarnings("EnumOrdinal") // declared in the order of the tags
  public int tag() {
    return ordinal();
  }

  /** As written in sources. */
  public String text() {
    return text;
  }

  /** As written in JSON modules. */
  public String json() {
    return json;
  }

  /** As written in error messages. */
  public String message() {
    return message;
  }

  /** Whether it takes values of any kind. */
  public boolean isAny() {
    return this == ANY || this == ANY_VARIADIC;
  }

  /** Whether a value of this kind may stand where the type is declared; nothing is widened. */
  public boolean accepts(Value value) {
    return isAny() || value.type() == this;
  }

  /** The type of a tag, or null. */
  public static @Nullable ValueType ofTag(int tag) {
    return tag >= 0 && tag < TYPES.length ? TYPES[tag] : null;
  }

  /** The type of a source text, or null. */
  public static @Nullable ValueType ofText(String text) {
    for (ValueType type : TYPES) {
      if (type.text.equals(text)) {
        return type;
      }
    }
    return null;
  }

  /** The type of a JSON name, or null. */
  public static @Nullable ValueType ofJson(String json) {
    for (ValueType type : TYPES) {
      if (type.json.equals(json)) {
        return type;
      }
    }
    return null;
  }
}

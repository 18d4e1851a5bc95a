package dev.spore.cli;

import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON value as text, on one line. Small on purpose: a general library costs more to
 * load than a whole error message costs to print.
 */
final class Json {
  private final StringBuilder out = new StringBuilder(256);
  private boolean needsComma;

  Json beginObject() {
    return open('{');
  }

  /** Opens an object as the value of a field. */
  Json beginObject(String name) {
    return name(name).open('{');
  }

  Json endObject() {
    return close('}');
  }

  Json beginArray(String name) {
    return name(name).open('[');
  }

  Json endArray() {
    return close(']');
  }

  Json field(String name, String value) {
    return name(name).string(value).done();
  }

  /** A string, or {@code null}. */
  Json fieldOrNull(String name, @Nullable String value) {
    if (value != null) {
      return field(name, value);
    }
    name(name).out.append("null");
    return done();
  }

  Json field(String name, long value) {
    name(name).out.append(value);
    return done();
  }

  Json field(String name, boolean value) {
    name(name).out.append(value);
    return done();
  }

  /** A string element of an array. */
  Json element(String value) {
    separate();
    return string(value).done();
  }

  @Override
  public String toString() {
    return out.toString();
  }

  private Json open(char bracket) {
    separate();
    out.append(bracket);
    needsComma = false;
    return this;
  }

  private Json close(char bracket) {
    out.append(bracket);
    return done();
  }

  private Json name(String name) {
    separate();
    string(name).out.append(':');
    needsComma = false;
    return this;
  }

  private Json done() {
    needsComma = true;
    return this;
  }

  private void separate() {
    if (needsComma) {
      out.append(',');
    }
    needsComma = false;
  }

  /** RFC 8259 §7; lone surrogates are escaped too, so the text is always valid UTF-8. */
  private Json string(String value) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
            unicode(c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
    return this;
  }

  private void unicode(char c) {
    String hex = "0123456789abcdef";
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append(hex.charAt((c >> shift) & 0xf));
    }
  }
}

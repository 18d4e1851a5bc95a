package dev.spore.plugin.toml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of a TOML document. */
public sealed interface Toml {
  /** Text of any of the four kinds of string. */
  record Text(String value) implements Toml {}

  /** A signed 64-bit integer. */
  record Int(long value) implements Toml {}

  /** A double, infinities and NaN included. */
  record Real(double value) implements Toml {}

  /** True or false. */
  record Bool(boolean value) implements Toml {}

  /** A date, a time or both, as written: nothing here asks which. */
  record DateTime(String text) implements Toml {}

  /** Values of any kinds. */
  record Items(List<Toml> values) implements Toml {}

  /** Named values. Grows while the document is read. */
  final class Table implements Toml {
    private final Map<String, Toml> entries = new LinkedHashMap<>();

    /** Whether a header or a brace has said that this table is here. */
    private boolean defined;

    /** Whether nothing may be added any more. */
    private boolean closed;

    public Map<String, Toml> entries() {
      return entries;
    }

    boolean isDefined() {
      return defined;
    }

    void define() {
      defined = true;
    }

    boolean isClosed() {
      return closed;
    }

    void close() {
      closed = true;
    }
  }

  /** Tables under one name, by headers in double brackets. */
  record Tables(List<Table> tables) implements Toml {}
}

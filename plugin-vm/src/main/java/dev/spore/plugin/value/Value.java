package dev.spore.plugin.value;

import dev.spore.plugin.PluginLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A value of a plugin. Immutable, so that copying is sharing: a plugin cannot tell the difference,
 * since what changes an array makes a new one.
 *
 * <p>{@code equals} is Java's (a NaN equals itself, the two zeros differ); what a plugin sees as
 * equal is {@link Values#same}.
 */
public sealed interface Value {
  /** The kind: never {@code any}. */
  ValueType type();

  /**
   * Bytes beyond the 16 of its register or array slot, as if nothing were shared: UTF-8 bytes of a
   * text, 16 and the extra bytes of each item of an array. The measure of the memory limit.
   */
  default long extraBytes() {
    return 0;
  }

  /** Arrays from here down to the innermost: 0 for anything else, 1 for an array of scalars. */
  default int depth() {
    return 0;
  }

  /** The only nil. */
  enum Nil implements Value {
    NIL;

    @Override
    public ValueType type() {
      return ValueType.NIL;
    }
  }

  /** True or false. */
  record Bool(boolean value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.BOOL;
    }
  }

  /** A signed 64-bit integer. */
  record I64(long value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.I64;
    }
  }

  /** An IEEE binary64 number. */
  record F64(double value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.F64;
    }
  }

  /** Unicode text. */
  final class Text implements Value {
    private final String value;
    private final int utf8Bytes;

    /**
     * @throws IllegalArgumentException if a surrogate stands alone: there is no UTF-8 for it
     */
    public Text(String value) {
      if (!Utf8.isValid(value)) {
        throw new IllegalArgumentException("a text of a plugin holds a lone surrogate");
      }
      this.value = value;
      this.utf8Bytes = value.getBytes(StandardCharsets.UTF_8).length;
    }

    public String value() {
      return value;
    }

    @Override
    public ValueType type() {
      return ValueType.STRING;
    }

    @Override
    public long extraBytes() {
      return utf8Bytes;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Text text && value.equals(text.value);
    }

    @Override
    public int hashCode() {
      return value.hashCode();
    }

    @Override
    public String toString() {
      return ValueText.inner(this);
    }
  }

  /** A list of values of any kinds. */
  final class Array implements Value {
    private final List<Value> items;
    private final long extraBytes;
    private final int depth;

    /**
     * @throws IllegalArgumentException if it nests deeper than {@link
     *     PluginLimits#VALUE_DEPTH_MAX}; callers that build from hostile input check before
     */
    public Array(List<Value> items) {
      this.items = List.copyOf(items);
      long bytes = 0;
      int inner = 0;
      for (Value item : this.items) {
        // Saturates: 2^40 a item is beyond every memory limit, and a million of them fit a long.
        bytes += 16 + Math.min(item.extraBytes(), 1L << 40);
        inner = Math.max(inner, item.depth());
      }
      this.extraBytes = bytes;
      this.depth = inner + 1;
      if (depth > PluginLimits.VALUE_DEPTH_MAX) {
        throw new IllegalArgumentException(
            "arrays nest deeper than " + PluginLimits.VALUE_DEPTH_MAX);
      }
    }

    /** Unmodifiable. */
    public List<Value> items() {
      return items;
    }

    @Override
    public ValueType type() {
      return ValueType.ARRAY;
    }

    @Override
    public long extraBytes() {
      return extraBytes;
    }

    @Override
    public int depth() {
      return depth;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Array array && items.equals(array.items);
    }

    @Override
    public int hashCode() {
      return items.hashCode();
    }

    @Override
    public String toString() {
      return ValueText.inner(this);
    }
  }

  /** The name of a function; nothing calls through it. */
  record FunctionName(String name) implements Value {
    @Override
    public ValueType type() {
      return ValueType.FUNCTION;
    }

    @Override
    public long extraBytes() {
      return name.length() * 3L;
    }
  }

  /** The name of a capability; nothing calls through it. */
  record CapabilityName(String name) implements Value {
    @Override
    public ValueType type() {
      return ValueType.CAPABILITY;
    }

    @Override
    public long extraBytes() {
      return name.length() * 3L;
    }
  }
}

package dev.spore.cli.plugin;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A command line that has all that its command needs. */
final class Arguments {
  private final Flags flags;
  private final List<String> words;
  private final Map<String, String> values;

  Arguments(Flags flags, List<String> words, Map<String, String> values) {
    this.flags = flags;
    this.words = List.copyOf(words);
    this.values = Map.copyOf(values);
  }

  /** A usage error of this command. */
  RuntimeException invalid(String what) {
    return flags.invalid(what);
  }

  String word(int index) {
    return words.get(index);
  }

  boolean has(String flag) {
    return values.containsKey(flag);
  }

  /** The value of a flag, or null. */
  @Nullable String value(String flag) {
    return values.get(flag);
  }

  /** The value of a flag that must be given. */
  String required(String flag) {
    return Objects.requireNonNull(values.get(flag), flag);
  }

  /** The value of a number's flag. */
  OptionalLong number(String flag) {
    String text = values.get(flag);
    return text == null ? OptionalLong.empty() : parse(text);
  }

  /** Unsigned 64 bits in decimal digits, with a plus if it likes. */
  static OptionalLong parse(String text) {
    String digits = text.startsWith("+") ? text.substring(1) : text;
    boolean decimal = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    try {
      return decimal ? OptionalLong.of(Long.parseUnsignedLong(digits)) : OptionalLong.empty();
    } catch (NumberFormatException beyond64Bits) {
      return OptionalLong.empty();
    }
  }
}

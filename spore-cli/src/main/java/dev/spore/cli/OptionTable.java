package dev.spore.cli;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The flags of one command: parses them and prints their help. GNU conventions: {@code --name
 * value} or {@code --name=value}, short flags in a cluster as {@code -it}, the last of several
 * wins.
 *
 * <p>Our own because a start counts in milliseconds: picocli's class files are too old for the
 * JVM's AOT cache, and loading them without it took two thirds of a start.
 */
final class OptionTable {
  private static final int HELP_COLUMN = 28;

  private final List<Option> options = new ArrayList<>();

  /**
   * One flag.
   *
   * @param shortName its letter, 0 for none
   * @param label what its value is called, null when it takes none
   */
  private record Option(
      String name,
      char shortName,
      @Nullable String label,
      String description,
      Consumer<String> setter) {}

  /** A flag without a value. */
  OptionTable flag(String name, String description, Runnable setter) {
    return flag(name, '\0', description, setter);
  }

  OptionTable flag(String name, char shortName, String description, Runnable setter) {
    options.add(new Option(name, shortName, null, description, value -> setter.run()));
    return this;
  }

  /** A flag with a value; the setter is called each time it is given. */
  OptionTable value(String name, String label, String description, Consumer<String> setter) {
    options.add(new Option(name, '\0', label, description, setter));
    return this;
  }

  /**
   * Calls the setters of the flags in {@code args}.
   *
   * @return the words that are no flags, in order
   * @throws SporeException {@code usage.*}, naming the flag
   */
  List<String> parse(List<String> args) {
    List<String> words = new ArrayList<>();
    int i = 0;
    while (i < args.size()) {
      String arg = args.get(i++);
      if (arg.startsWith("--")) {
        i += longFlag(arg, i < args.size() ? args.get(i) : null);
      } else if (arg.length() > 1 && arg.charAt(0) == '-') {
        arg.substring(1).chars().forEach(letter -> shortFlag(arg, (char) letter));
      } else {
        words.add(arg);
      }
    }
    return words;
  }

  /** Applies one flag; returns how many of the following arguments it took. */
  private int longFlag(String arg, @Nullable String next) {
    int equals = arg.indexOf('=');
    String name = equals < 0 ? arg : arg.substring(0, equals);
    Option option = find(name);
    if (option.label() == null) {
      if (equals >= 0) {
        throw usage(ErrorCode.USAGE_INVALID_ARGUMENT, name + " takes no value");
      }
      option.setter().accept("");
      return 0;
    }
    if (equals >= 0) {
      option.setter().accept(arg.substring(equals + 1));
      return 0;
    }
    if (next == null) {
      throw usage(
          ErrorCode.USAGE_MISSING_ARGUMENT,
          name + " needs a value: " + name + " " + option.label());
    }
    option.setter().accept(next);
    return 1;
  }

  private Option find(String name) {
    for (Option option : options) {
      if (option.name().equals(name)) {
        return option;
      }
    }
    throw usage(ErrorCode.USAGE_INVALID_ARGUMENT, "unknown flag " + name);
  }

  private void shortFlag(String arg, char letter) {
    for (Option option : options) {
      if (option.shortName() == letter) {
        option.setter().accept("");
        return;
      }
    }
    String inCluster = arg.length() > 2 ? " (in " + arg + ")" : "";
    throw usage(ErrorCode.USAGE_INVALID_ARGUMENT, "unknown flag -" + letter + inCluster);
  }

  /** One entry a flag, in the order in which they were added. */
  String help() {
    StringBuilder text = new StringBuilder();
    for (Option option : options) {
      String head = option.shortName() == '\0' ? "      " : "  -" + option.shortName() + ", ";
      head += option.name() + (option.label() == null ? "" : " " + option.label());
      text.append(head);
      int gap = HELP_COLUMN - head.length();
      text.append(gap > 1 ? " ".repeat(gap) : "\n" + " ".repeat(HELP_COLUMN));
      text.append(option.description()).append('\n');
    }
    return text.toString();
  }

  private static SporeException usage(ErrorCode code, String message) {
    return new SporeException(code, message + "; --help lists the flags");
  }
}

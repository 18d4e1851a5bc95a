package dev.spore.cli.plugin;

import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one command takes: words in order, and flags. As the original reads command lines, a flag
 * given twice is refused, and so is a value that looks like a flag unless it is written with an
 * equals sign.
 */
final class Flags {
  private static final int HELP_COLUMN = 28;

  /**
   * One flag.
   *
   * @param label what its value is called, null when it takes none
   */
  private record Flag(
      String name, @Nullable String label, boolean required, boolean number, String description) {}

  private final String command;
  private final List<String> words = new ArrayList<>();
  private final Map<String, Flag> flags = new LinkedHashMap<>();

  /**
   * @param command as it is typed, for messages
   */
  Flags(String command) {
    this.command = command;
  }

  /** The next word, which must be there. */
  Flags word(String label) {
    words.add(label);
    return this;
  }

  /** A flag without a value. */
  Flags flag(String name, String description) {
    return add(new Flag(name, null, false, false, description));
  }

  /** A flag with a value that need not be given. */
  Flags value(String name, String label, String description) {
    return add(new Flag(name, label, false, false, description));
  }

  /** A flag that must be given. */
  Flags required(String name, String label, String description) {
    return add(new Flag(name, label, true, false, description));
  }

  /** A flag whose value is an unsigned 64-bit number. */
  Flags number(String name, String description) {
    return add(new Flag(name, "N", false, true, description));
  }

  /** A flag that must be given, with a number. */
  Flags requiredNumber(String name, String description) {
    return add(new Flag(name, "N", true, true, description));
  }

  private Flags add(Flag flag) {
    flags.put(flag.name(), flag);
    return this;
  }

  /** The usage line. */
  String usage() {
    StringBuilder line = new StringBuilder("spore plugin ").append(command);
    words.forEach(word -> line.append(' ').append(word));
    for (Flag flag : flags.values()) {
      if (flag.required()) {
        line.append(' ').append(flag.name()).append(' ').append(flag.label());
      }
    }
    boolean optional = flags.values().stream().anyMatch(flag -> !flag.required());
    return line.append(optional ? " [OPTIONS]" : "").toString();
  }

  /** One entry a flag. */
  String help() {
    StringBuilder text = new StringBuilder();
    for (Flag flag : flags.values()) {
      String head = "      " + flag.name() + (flag.label() == null ? "" : " " + flag.label());
      entry(text, head, flag.description() + (flag.required() ? " (needed)" : ""));
    }
    entry(text, "  -h, --help", "show this");
    return text.toString();
  }

  private static void entry(StringBuilder text, String head, String description) {
    int gap = HELP_COLUMN - head.length();
    text.append(head)
        .append(gap > 1 ? " ".repeat(gap) : "\n" + " ".repeat(HELP_COLUMN))
        .append(description.replace("\n", "\n" + " ".repeat(HELP_COLUMN)))
        .append('\n');
  }

  /**
   * Sorts a command line.
   *
   * @throws SporeException {@code usage.*}, naming what is wrong
   */
  Arguments parse(List<String> args) {
    List<String> found = new ArrayList<>();
    Map<String, String> values = new HashMap<>();
    boolean onlyWords = false;
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (onlyWords || !arg.startsWith("-") || arg.equals("-")) {
        found.add(arg);
      } else if (arg.equals("--")) {
        onlyWords = true;
      } else {
        i += flag(arg, i + 1 < args.size() ? args.get(i + 1) : null, values);
      }
    }
    if (found.size() > words.size()) {
      throw invalid("'" + found.get(words.size()) + "' is one word too many");
    }
    String missing =
        words.stream().skip(found.size()).collect(Collectors.joining(" "))
            + flags.values().stream()
                .filter(flag -> flag.required() && !values.containsKey(flag.name()))
                .map(flag -> " " + flag.name() + " " + flag.label())
                .collect(Collectors.joining());
    if (!missing.isEmpty()) {
      throw new SporeException(
          ErrorCode.USAGE_MISSING_ARGUMENT, missing.strip() + " is missing: " + usage());
    }
    return new Arguments(this, found, values);
  }

  /** Takes one flag; how many of the following arguments belong to it. */
  private int flag(String arg, @Nullable String next, Map<String, String> values) {
    int equals = arg.indexOf('=');
    String name = equals < 0 ? arg : arg.substring(0, equals);
    Flag flag = flags.get(name);
    if (flag == null) {
      throw invalid("unknown flag " + name);
    }
    boolean follows = flag.label() != null && equals < 0;
    if (flag.label() == null && equals >= 0) {
      throw invalid(name + " takes no value");
    }
    if (follows && (next == null || (next.startsWith("-") && next.length() > 1))) {
      throw new SporeException(
          ErrorCode.USAGE_MISSING_ARGUMENT,
          name + " needs a value: " + name + " " + flag.label() + hint());
    }
    String value = follows ? String.valueOf(next) : arg.substring(equals + 1);
    if (flag.number() && Arguments.parse(value).isEmpty()) {
      throw invalid(name + " '" + value + "': a whole number is needed, 0 to 2^64-1");
    }
    if (values.put(name, value) != null) {
      throw invalid(name + " is given twice");
    }
    return follows ? 1 : 0;
  }

  /** A usage error. */
  SporeException invalid(String what) {
    return new SporeException(ErrorCode.USAGE_INVALID_ARGUMENT, what + hint());
  }

  private String hint() {
    return "; see spore plugin " + command + " --help";
  }
}

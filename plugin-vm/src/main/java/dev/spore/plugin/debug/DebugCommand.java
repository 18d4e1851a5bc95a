package dev.spore.plugin.debug;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.module.Opcode;
import dev.spore.plugin.source.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** One command of a debugger, read from a line of whoever types. All numbers are unsigned. */
public sealed interface DebugCommand {
  /** Commands without operands. */
  enum Word implements DebugCommand {
    STATE("state"),
    REGISTERS("regs", "r"),
    CALLS("caps", "c"),
    WHY("why"),
    EVENT("event", "e"),
    SOURCE("source", "s"),
    HELP("help", "h"),
    MORE("more"),
    FRAMES("frames"),
    STOPS("stops"),
    CONTINUE("continue", "cont"),
    REVERSE("reverse-continue", "rc"),
    OVER("over"),
    OUT("out"),
    QUIT("quit", "q", "exit");

    // List.of cannot change, which its type does not say.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> names;

    Word(String... names) {
      this.names = List.of(names);
    }
  }

  /** Goes so many events on, at most to the last. */
  record Forward(long amount) implements DebugCommand {}

  /** Goes so many events back, at most to the first. */
  record Back(long amount) implements DebugCommand {}

  /** Goes to an event. */
  record Jump(long index) implements DebugCommand {}

  /** Compares the states after two events. */
  record Diff(long from, long to) implements DebugCommand {}

  /** Lists some events. */
  record Slice(long from, long to) implements DebugCommand {}

  /** Writes some events as a trace of their own. */
  record Export(long from, long to, String path) implements DebugCommand {}

  /** Registers of a frame, counted from the innermost, 0. */
  record ShowFrame(long level) implements DebugCommand {}

  /** Adds a place to stop at. */
  record Break(Stop stop) implements DebugCommand {}

  /** Adds a stop where a register of the current frame changes. */
  record Watch(long register) implements DebugCommand {}

  /** Removes a stop. */
  record Delete(long number) implements DebugCommand {}

  /** What no command is called. */
  record Unknown(String word) implements DebugCommand {}

  /** The commands of a text with semicolons between them; empty ones are left out. */
  static List<String> split(String text) {
    List<String> pieces = new ArrayList<>();
    for (String piece : text.split(";", -1)) {
      if (!piece.isBlank()) {
        pieces.add(piece.strip());
      }
    }
    return pieces;
  }

  /**
   * Reads a line that is not blank; words it does not need are ignored.
   *
   * @throws DebugException if it lacks an operand or has one that is none
   */
  static DebugCommand parse(String line) {
    if (line.length() > PluginLimits.DEBUG_LINE_CHARS_MAX) {
      throw new DebugException(
          "a command has more than " + PluginLimits.DEBUG_LINE_CHARS_MAX + " characters");
    }
    Words words = new Words(List.of(line.strip().split("\\s+", -1)));
    String name = words.at(0, "");
    for (Word word : Word.values()) {
      if (word.names.contains(name)) {
        return word;
      }
    }
    return switch (name) {
      case "n", "next" -> new Forward(1);
      case "p", "prev" -> new Back(1);
      case "forward" -> new Forward(words.amount());
      case "back" -> new Back(words.amount());
      case "j", "jump" -> new Jump(words.index(1, "jump expects an event index"));
      case "diff" ->
          new Diff(
              words.index(1, "diff expects from index"), words.index(2, "diff expects to index"));
      case "slice" ->
          new Slice(
              words.index(1, "slice expects from index"), words.index(2, "slice expects to index"));
      case "export-slice" -> words.export();
      case "frame" -> new ShowFrame(words.has(1) ? words.number(1, "invalid frame") : 0);
      case "break" -> new Break(words.stop());
      case "watch" -> new Watch(words.register());
      case "delete" -> new Delete(words.index(1, "delete expects the number of a stop"));
      default -> new Unknown(name);
    };
  }

  /** The words of a line. */
  record Words(List<String> words) {
    boolean has(int at) {
      return at < words.size();
    }

    String at(int at, String missing) {
      if (has(at)) {
        return words.get(at);
      }
      throw new DebugException(missing);
    }

    long number(int at, String wrong) {
      String word = words.get(at);
      OptionalLong number = Numbers.unsigned(word);
      if (number.isPresent()) {
        return number.getAsLong();
      }
      String digits = word.startsWith("+") ? word.substring(1) : word;
      boolean tooLarge =
          !digits.isEmpty() && digits.chars().allMatch(unit -> unit >= '0' && unit <= '9');
      throw new DebugException(
          wrong,
          tooLarge ? "number too large to fit in target type" : "invalid digit found in string");
    }

    long amount() {
      return has(1) ? number(1, "invalid amount") : 1;
    }

    long index(int at, String missing) {
      at(at, missing);
      return number(at, "invalid event index");
    }

    DebugCommand export() {
      long from = index(1, "export-slice expects from index");
      long to = index(2, "export-slice expects to index");
      if (!at(3, "export-slice expects --out path").equals("--out")) {
        throw new DebugException("export-slice expects --out path");
      }
      return new Export(from, to, at(4, "export-slice expects output path"));
    }

    long register() {
      String word = at(1, "watch expects a register, like r2");
      if (!word.startsWith("r")) {
        throw new DebugException("watch expects a register, like r2");
      }
      OptionalLong number = Numbers.unsigned(word.substring(1));
      if (number.isEmpty()) {
        throw new DebugException("watch expects a register, like r2");
      }
      return number.getAsLong();
    }

    Stop stop() {
      String what = at(1, "break expects a function, line N, op NAME, cap [ID] or error");
      return switch (what) {
        case "error" -> new Stop.AtError();
        case "cap" -> new Stop.AtCall(has(2) ? words.get(2) : "");
        case "line" -> {
          at(2, "break line expects a line");
          yield new Stop.AtLine(number(2, "invalid line"));
        }
        case "op" -> {
          String opcode = at(2, "break op expects an opcode");
          if (Opcode.ofText(opcode) == null) {
            throw new DebugException("there is no opcode " + opcode);
          }
          yield new Stop.AtOpcode(opcode);
        }
        default -> new Stop.AtPlace(what, has(2) ? number(2, "invalid pc") : 0);
      };
    }
  }
}

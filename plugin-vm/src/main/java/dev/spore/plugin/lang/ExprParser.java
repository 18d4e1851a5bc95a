package dev.spore.plugin.lang;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.SourceException;
import dev.spore.plugin.source.Numbers;
import dev.spore.plugin.source.Signatures;
import dev.spore.plugin.source.SourceLine;
import dev.spore.plugin.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Expressions of one line. A text is split at the leftmost of the loosest operator that stands in
 * it between single spaces, which makes every operator right-associative.
 */
final class ExprParser {
  private static final List<String> OPERATORS =
      List.of("or", "and", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/");

  private final int line;
  private int depth;

  ExprParser(int line) {
    this.line = line;
  }

  private SourceException error(String what) {
    return new SourceException(line, what);
  }

  Expr parse(String source) {
    if (source.length() > PluginLimits.EXPRESSION_CHARS_MAX) {
      throw error("expression is longer than " + PluginLimits.EXPRESSION_CHARS_MAX + " characters");
    }
    if (++depth > PluginLimits.EXPRESSION_DEPTH_MAX) {
      throw error("expression nests deeper than " + PluginLimits.EXPRESSION_DEPTH_MAX);
    }
    Expr expr = unwrapped(withoutParentheses(SourceLine.trim(source)));
    depth--;
    return expr;
  }

  private Expr unwrapped(String text) {
    Expr infix = infix(text);
    if (infix != null) {
      return infix;
    }
    if (text.startsWith("not ")) {
      return new Expr.Not(parse(text.substring("not ".length())));
    }
    if (text.startsWith("[") && text.endsWith("]")) {
      return new Expr.Items(list(text.substring(1, text.length() - 1)));
    }
    if (text.startsWith("cap ")) {
      return capability(SourceLine.trim(text.substring("cap ".length())));
    }
    int open = text.indexOf('(');
    if (open > 0 && text.endsWith(")") && isIdentifier(text.substring(0, open))) {
      String name = text.substring(0, open);
      List<Expr> args = list(text.substring(open + 1, text.length() - 1));
      return name.equals("print")
          ? new Expr.Call(true, "log.print@1", args)
          : new Expr.Call(false, name, args);
    }
    return primary(text);
  }

  private Expr capability(String text) {
    int open = text.indexOf('(');
    if (open < 0) {
      throw error("capability call expects name(args)");
    }
    if (!text.endsWith(")")) {
      throw error("capability call missing closing ')'");
    }
    String name = SourceLine.trim(text.substring(0, open));
    checkCapabilityName(line, name);
    return new Expr.Call(true, name, list(text.substring(open + 1, text.length() - 1)));
  }

  static void checkCapabilityName(int line, String name) {
    boolean valid =
        !name.isEmpty()
            && name.chars().allMatch(c -> isWord((char) c) || c == '.' || c == '@' || c == '-');
    if (!valid) {
      throw new SourceException(line, "invalid capability name " + name);
    }
  }

  private Expr primary(String text) {
    return switch (text) {
      case "nil" -> new Expr.Literal(Value.Nil.NIL);
      case "true", "false" -> new Expr.Literal(new Value.Bool(text.equals("true")));
      default ->
          text.startsWith("\"")
              ? new Expr.Literal(new Value.Text(Signatures.quoted(line, text)))
              : numberOrVariable(text);
    };
  }

  private Expr numberOrVariable(String text) {
    OptionalDouble real = text.indexOf('.') < 0 ? OptionalDouble.empty() : Numbers.decimal(text);
    if (real.isPresent()) {
      return new Expr.Literal(new Value.F64(real.getAsDouble()));
    }
    OptionalLong integer = Numbers.signed(text);
    if (integer.isPresent()) {
      return new Expr.Literal(new Value.I64(integer.getAsLong()));
    }
    checkIdentifier(line, text);
    return new Expr.Variable(text);
  }

  static void checkIdentifier(int line, String text) {
    if (!isIdentifier(text)) {
      throw new SourceException(line, "invalid identifier " + text);
    }
  }

  private static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && !(text.charAt(0) >= '0' && text.charAt(0) <= '9')
        && text.chars().allMatch(c -> isWord((char) c));
  }

  private static boolean isWord(char unit) {
    return (unit >= 'a' && unit <= 'z')
        || (unit >= 'A' && unit <= 'Z')
        || (unit >= '0' && unit <= '9')
        || unit == '_';
  }

  private List<Expr> list(String text) {
    List<Expr> items = new ArrayList<>();
    for (String piece : pieces(line, text)) {
      items.add(parse(piece));
    }
    return items;
  }

  /**
   * Trimmed pieces between commas outside quotes and brackets; an empty last one does not count.
   */
  static List<String> pieces(int line, String text) {
    List<String> pieces = new ArrayList<>();
    boolean quoted = false;
    int nesting = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      quoted ^= unit == '"';
      nesting += quoted ? 0 : nesting(unit);
      if (unit == ',' && !quoted && nesting == 0) {
        pieces.add(SourceLine.trim(text.substring(start, i)));
        start = i + 1;
      }
    }
    if (quoted || nesting != 0) {
      throw new SourceException(line, "unterminated expression list");
    }
    String last = SourceLine.trim(text.substring(start));
    if (!last.isEmpty()) {
      pieces.add(last);
    }
    return pieces;
  }

  private static int nesting(char unit) {
    return switch (unit) {
      case '(', '[' -> 1;
      case ')', ']' -> -1;
      default -> 0;
    };
  }

  /** Splits at the leftmost of the loosest operator outside quotes and brackets, in one pass. */
  private @Nullable Expr infix(String text) {
    int loosest = OPERATORS.size();
    int place = -1;
    boolean quoted = false;
    int nesting = 0;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      quoted ^= unit == '"';
      nesting += quoted ? 0 : nesting(unit);
      if (unit == ' ' && !quoted && nesting == 0) {
        for (int rank = 0; rank < loosest; rank++) {
          String operator = OPERATORS.get(rank);
          int after = i + 1 + operator.length();
          if (text.startsWith(operator, i + 1) && text.startsWith(" ", after)) {
            loosest = rank;
            place = i;
          }
        }
      }
    }
    if (place < 0) {
      return null;
    }
    String operator = OPERATORS.get(loosest);
    return new Expr.Infix(
        operator,
        parse(text.substring(0, place)),
        parse(text.substring(place + operator.length() + 2)));
  }

  private String withoutParentheses(String source) {
    String text = source;
    for (int pairs = 0; isWrapped(text); pairs++) {
      if (pairs == PluginLimits.EXPRESSION_DEPTH_MAX) {
        throw error("expression nests deeper than " + PluginLimits.EXPRESSION_DEPTH_MAX);
      }
      text = SourceLine.trim(text.substring(1, text.length() - 1));
    }
    return text;
  }

  /** Whether one pair of parentheses covers all of a text. */
  private static boolean isWrapped(String text) {
    if (!text.startsWith("(") || !text.endsWith(")")) {
      return false;
    }
    boolean quoted = false;
    int nesting = 0;
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      quoted ^= unit == '"';
      nesting += quoted ? 0 : unit == '(' ? 1 : unit == ')' ? -1 : 0;
      if (nesting == 0 && i < text.length() - 1) {
        return false;
      }
    }
    return nesting == 0;
  }
}

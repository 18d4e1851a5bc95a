package dev.spore.plugin.lang;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.SourceException;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.source.Signatures;
import dev.spore.plugin.source.SourceLine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A source to its declarations, line by line. */
final class SourceParser {
  /** A function as it is written. */
  record Function(int line, String name, List<String> params, List<Statement> body) {}

  private final List<SourceLine> lines;
  private final List<Capability> capabilities = new ArrayList<>();
  private final List<Function> functions = new ArrayList<>();
  private @Nullable String name;
  private int at;

  SourceParser(String source) {
    this.lines = SourceLine.of(source);
  }

  List<Capability> capabilities() {
    return capabilities;
  }

  List<Function> functions() {
    return functions;
  }

  @Nullable String name() {
    return name;
  }

  void parse() {
    while (at < lines.size()) {
      SourceLine line = lines.get(at++);
      String text = line.text();
      if (text.startsWith("module ")) {
        name = moduleName(line.number(), rest(text, "module "));
      } else if (text.startsWith("cap ")) {
        capabilities.add(capability(line.number(), rest(text, "cap ")));
      } else if (text.startsWith("fn ")) {
        functions.add(function(line.number(), rest(text, "fn ")));
      } else {
        throw new SourceException(line.number(), "expected module, cap, or fn");
      }
    }
  }

  private static String rest(String text, String keyword) {
    return SourceLine.trim(text.substring(keyword.length()));
  }

  private static String moduleName(int line, String text) {
    if (text.startsWith("\"")) {
      return Signatures.quoted(line, text);
    }
    ExprParser.checkIdentifier(line, text);
    return text;
  }

  private static Capability capability(int line, String text) {
    int arrow = text.indexOf("->");
    if (arrow < 0) {
      throw new SourceException(line, "cap expects id(params) -> return_type");
    }
    String signature = SourceLine.trim(text.substring(0, arrow));
    int open = signature.indexOf('(');
    if (open < 0) {
      throw new SourceException(line, "cap signature expects id(params)");
    }
    if (!signature.endsWith(")")) {
      throw new SourceException(line, "cap signature missing ')'");
    }
    String id = SourceLine.trim(signature.substring(0, open));
    ExprParser.checkCapabilityName(line, id);
    List<String> params =
        ExprParser.pieces(line, signature.substring(open + 1, signature.length() - 1));
    String right = SourceLine.trim(text.substring(arrow + 2));
    List<String> words = SourceLine.words(right);
    String type = words.isEmpty() ? "" : words.getFirst();
    String reason = SourceLine.trim(right.substring(type.length()));
    return new Capability(
        id,
        Signatures.types(line, params),
        Signatures.type(line, type),
        reason.isEmpty() ? null : Signatures.quoted(line, reason));
  }

  private Function function(int line, String header) {
    int open = header.indexOf('(');
    if (open >= 0 && !header.endsWith(")")) {
      throw new SourceException(line, "function header missing ')'");
    }
    String function = open < 0 ? header : SourceLine.trim(header.substring(0, open));
    ExprParser.checkIdentifier(line, function);
    List<String> params =
        open < 0
            ? List.of()
            : ExprParser.pieces(line, header.substring(open + 1, header.length() - 1));
    params.forEach(param -> ExprParser.checkIdentifier(line, param));
    int end = matchingEnd(line);
    List<Statement> body = block(end, 0);
    if (at < end) {
      throw stray(lines.get(at));
    }
    at = end + 1;
    return new Function(line, function, params, body);
  }

  private int matchingEnd(int line) {
    int open = 1;
    for (int i = at; i < lines.size(); i++) {
      String text = lines.get(i).text();
      if (text.startsWith("if ") || text.startsWith("while ")) {
        open++;
      } else if (text.equals("end") && --open == 0) {
        return i;
      }
    }
    throw new SourceException(line, "function missing end");
  }

  private static SourceException stray(SourceLine line) {
    return new SourceException(
        line.number(),
        line.text().equals("else") ? "else without matching if" : "unexpected block terminator");
  }

  /** Statements up to a line that is {@code end} or {@code else}, or to where the function ends. */
  private List<Statement> block(int end, int depth) {
    List<Statement> statements = new ArrayList<>();
    while (at < end) {
      SourceLine line = lines.get(at);
      if (line.text().equals("end") || line.text().equals("else")) {
        break;
      }
      if (depth > PluginLimits.SOURCE_DEPTH_MAX) {
        throw new SourceException(
            line.number(), "blocks nest deeper than " + PluginLimits.SOURCE_DEPTH_MAX);
      }
      at++;
      statements.add(statement(line.number(), line.text(), end, depth));
    }
    return statements;
  }

  private Statement statement(int line, String text, int end, int depth) {
    if (text.startsWith("let ")) {
      int equals = text.indexOf('=');
      if (equals < 0) {
        throw new SourceException(line, "let expects name = expression");
      }
      String variable = SourceLine.trim(text.substring("let ".length(), equals));
      ExprParser.checkIdentifier(line, variable);
      return new Statement.Let(line, variable, expr(line, text.substring(equals + 1)));
    }
    if (text.startsWith("return ")) {
      return new Statement.Return(line, expr(line, rest(text, "return ")));
    }
    if (text.startsWith("if ")) {
      Expr condition = expr(line, rest(text, "if "));
      List<Statement> then = block(end, depth + 1);
      List<Statement> otherwise = List.of();
      if (at < end && lines.get(at).text().equals("else")) {
        at++;
        otherwise = block(end, depth + 1);
      }
      close(line, "if missing end", end);
      return new Statement.If(line, condition, then, otherwise);
    }
    if (text.startsWith("while ")) {
      Expr condition = expr(line, rest(text, "while "));
      List<Statement> body = block(end, depth + 1);
      close(line, "while missing end", end);
      return new Statement.While(line, condition, body);
    }
    return new Statement.Evaluate(line, expr(line, text));
  }

  private void close(int line, String missing, int end) {
    if (at >= end) {
      throw new SourceException(line, missing);
    }
    if (!lines.get(at).text().equals("end")) {
      throw stray(lines.get(at));
    }
    at++;
  }

  private static Expr expr(int line, String text) {
    return new ExprParser(line).parse(text);
  }
}

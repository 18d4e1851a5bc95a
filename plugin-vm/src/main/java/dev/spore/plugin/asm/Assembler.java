package dev.spore.plugin.asm;

import dev.spore.plugin.DecodeException;
import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.SourceException;
import dev.spore.plugin.json.JsonReader;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.source.ConstantPool;
import dev.spore.plugin.source.Signatures;
import dev.spore.plugin.source.SourceLine;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.value.Value;
import dev.spore.plugin.value.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Assembly text to a module. Line by line, in one pass; jumps to labels are resolved at the end of
 * their function. The module is not verified.
 */
public final class Assembler {
  private final String source;
  private final ConstantPool constants = new ConstantPool();
  private final List<Capability> capabilities = new ArrayList<>();
  private final List<PluginFunction> functions = new ArrayList<>();
  private final List<String> exports = new ArrayList<>();
  private @Nullable String name;
  private @Nullable FunctionText function;

  private Assembler(String source) {
    this.source = source;
  }

  /**
   * Assembles a whole file.
   *
   * @throws SourceException at the first line that is wrong
   */
  public static PluginModule assemble(String source) {
    if (source.length() > PluginLimits.MODULE_BYTES_MAX) {
      throw new SourceException(
          "source has " + source.length() + " characters, max is " + PluginLimits.MODULE_BYTES_MAX);
    }
    return new Assembler(source).module();
  }

  private PluginModule module() {
    for (SourceLine line : SourceLine.of(source)) {
      if (function != null) {
        inside(function, line);
      } else {
        outside(line.number(), line.text());
      }
    }
    if (function != null) {
      throw new SourceException(SourceLine.count(source), "function missing .end");
    }
    if (name == null) {
      throw new SourceException("module is missing .module declaration");
    }
    return new PluginModule(name, constants.constants(), capabilities, functions, exported());
  }

  private void inside(FunctionText open, SourceLine line) {
    if (line.text().equals(".end")) {
      functions.add(open.end(line.number()));
      function = null;
    } else {
      open.line(line.number(), line.text());
    }
  }

  private void outside(int line, String text) {
    if (text.startsWith(".module ")) {
      name = Signatures.quoted(line, after(text, ".module "));
    } else if (text.startsWith(".cap ")) {
      capabilities.add(capability(line, after(text, ".cap ")));
    } else if (text.startsWith(".fn ")) {
      function = FunctionText.begin(line, after(text, ".fn "), constants);
    } else if (text.startsWith(".export ")) {
      exports.add(after(text, ".export "));
    } else if (text.startsWith(".constant ")) {
      constants.declare(constant(line, after(text, ".constant ")));
    } else if (text.equals(".end")) {
      throw new SourceException(line, ".end without .fn");
    } else {
      throw new SourceException(line, "expected .module, .cap, .fn, or .export");
    }
  }

  /** What follows a directive, which may be repeated. */
  private static String after(String text, String directive) {
    String rest = text;
    while (rest.startsWith(directive)) {
      rest = rest.substring(directive.length());
    }
    return SourceLine.trim(rest);
  }

  private static Capability capability(int line, String text) {
    int arrow = text.indexOf("->");
    if (arrow < 0) {
      throw new SourceException(line, ".cap expects signature -> return_type");
    }
    String signature = SourceLine.trim(text.substring(0, arrow));
    int open = signature.indexOf('(');
    if (open < 0) {
      throw new SourceException(line, ".cap signature expects id(params)");
    }
    int close = signature.lastIndexOf(')');
    if (close < open) {
      throw new SourceException(line, ".cap signature missing ')'");
    }
    String right = SourceLine.trim(text.substring(arrow + 2));
    List<String> words = SourceLine.words(right);
    if (words.isEmpty()) {
      throw new SourceException(line, ".cap expects return type");
    }
    List<ValueType> params =
        Signatures.types(line, Operands.split(line, signature.substring(open + 1, close)));
    ValueType returnType = Signatures.type(line, words.getFirst());
    int reason = right.indexOf("reason=");
    return new Capability(
        SourceLine.trim(signature.substring(0, open)),
        params,
        returnType,
        reason < 0
            ? null
            : Signatures.quoted(
                line, SourceLine.trim(right.substring(reason + "reason=".length()))));
  }

  private static Value constant(int line, String json) {
    try {
      return JsonReader.document(json.getBytes(StandardCharsets.UTF_8), JsonReader::value);
    } catch (DecodeException e) {
      throw new SourceException(line, "invalid constant: " + e.getMessage());
    }
  }

  private SortedMap<String, Long> exported() {
    Set<String> listed = new HashSet<>(exports);
    SortedMap<String, Long> map = new TreeMap<>(Utf8.ORDER);
    for (int i = 0; i < functions.size(); i++) {
      String function = functions.get(i).name();
      // Without any list the first function is exported, whatever it is called.
      boolean unlisted = exports.isEmpty() && map.isEmpty();
      if (listed.contains(function) || unlisted || function.equals("main")) {
        map.put(function, (long) i);
      }
    }
    for (String export : exports) {
      if (!map.containsKey(export)) {
        throw new SourceException(0, "export " + export + " does not name a function");
      }
    }
    return map;
  }
}

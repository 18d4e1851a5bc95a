package dev.spore.plugin.lang;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.SourceException;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.source.ConstantPool;
import dev.spore.plugin.value.Utf8;
import dev.spore.plugin.verify.Verifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Source text to a verified module, in the shapes of registers and code that traces depend on. */
public final class Compiler {
  private Compiler() {}

  /**
   * Compiles a whole file.
   *
   * @throws SourceException at the first thing that is wrong
   * @throws dev.spore.plugin.VerifyException if what it says does not verify
   */
  public static PluginModule compile(String source) {
    if (source.length() > PluginLimits.SOURCE_CHARS_MAX) {
      throw new SourceException(
          "source has " + source.length() + " characters, max is " + PluginLimits.SOURCE_CHARS_MAX);
    }
    SourceParser parser = new SourceParser(source);
    parser.parse();
    String name = parser.name();
    if (name == null) {
      throw new SourceException("module is missing a module declaration");
    }
    Set<String> names = names(parser.functions());
    Set<String> capabilities = new HashSet<>();
    parser.capabilities().forEach(capability -> capabilities.add(capability.id()));
    ConstantPool constants = new ConstantPool();
    List<PluginFunction> functions = new ArrayList<>();
    SortedMap<String, Long> exports = new TreeMap<>(Utf8.ORDER);
    for (SourceParser.Function function : parser.functions()) {
      exports.put(function.name(), (long) functions.size());
      functions.add(new FunctionCompiler(constants, names, capabilities).compile(function));
    }
    PluginModule module =
        new PluginModule(name, constants.constants(), parser.capabilities(), functions, exports);
    Verifier.verify(module);
    return module;
  }

  private static Set<String> names(List<SourceParser.Function> functions) {
    if (functions.isEmpty()) {
      throw new SourceException("program is missing a function");
    }
    Set<String> names = new HashSet<>();
    for (SourceParser.Function function : functions) {
      if (!names.add(function.name())) {
        throw new SourceException(function.line(), "duplicate function " + function.name());
      }
    }
    if (!names.contains("main")) {
      throw new SourceException(0, "program must define main");
    }
    return names;
  }
}

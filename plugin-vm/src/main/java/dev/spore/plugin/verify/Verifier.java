package dev.spore.plugin.verify;

import dev.spore.plugin.VerifyException;
import dev.spore.plugin.VerifyException.Kind;
import dev.spore.plugin.module.Capability;
import dev.spore.plugin.module.PluginFunction;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.value.ValueType;
import java.util.HashMap;
import java.util.Map;

/**
 * Refuses modules that could not run as they say. One pass over everything, in an order that is
 * part of the format: the first fault is the one that is told.
 */
public final class Verifier {
  private final PluginModule module;
  private final Map<String, Capability> capabilities = new HashMap<>();
  private final Map<String, PluginFunction> functions = new HashMap<>();

  private Verifier(PluginModule module) {
    this.module = module;
  }

  /**
   * Checks a module; time is linear in its size.
   *
   * @throws VerifyException at the first fault
   */
  public static void verify(PluginModule module) {
    new Verifier(module).run();
  }

  /**
   * Checks a declaration by itself.
   *
   * @throws VerifyException if it is none a host can serve
   */
  public static void verify(Capability capability) {
    String id = capability.id();
    if (id.indexOf('@') < 0) {
      throw signature("capability " + id + " must include a version suffix like @1");
    }
    for (int i = 0; i < capability.params().size() - 1; i++) {
      if (capability.params().get(i) == ValueType.ANY_VARIADIC) {
        throw signature("capability " + id + " has variadic marker before final parameter");
      }
    }
    Builtins.find(id)
        .filter(builtin -> !builtin.sameSignature(capability))
        .ifPresent(builtin -> {
          throw signature("capability " + id + " does not match built-in signature");
        });
  }

  private static VerifyException signature(String what) {
    return new VerifyException(Kind.CAPABILITY_SIGNATURE_MISMATCH, what);
  }

  private void run() {
    for (Capability capability : module.capabilities()) {
      if (capabilities.putIfAbsent(capability.id(), capability) != null) {
        throw new VerifyException(Kind.DUPLICATE_SYMBOL, "duplicate capability " + capability.id());
      }
      verify(capability);
    }
    for (PluginFunction function : module.functions()) {
      if (functions.putIfAbsent(function.name(), function) != null) {
        throw new VerifyException(Kind.DUPLICATE_SYMBOL, "duplicate function " + function.name());
      }
    }
    module.exports().forEach(this::export);
    CodeVerifier code = new CodeVerifier(module.constants(), capabilities, functions);
    for (PluginFunction function : module.functions()) {
      header(function);
      code.verify(function);
    }
  }

  private void export(String name, long index) {
    if (Long.compareUnsigned(index, module.functions().size()) >= 0) {
      throw new VerifyException(
          Kind.MISSING_EXPORT,
          "export " + name + " points to missing function " + Long.toUnsignedString(index));
    }
  }

  private static void header(PluginFunction function) {
    String name = function.name();
    if (function.registers() == 0) {
      throw new VerifyException(
          Kind.MALFORMED_MODULE, "function " + name + " must have at least one register");
    }
    if (Long.compareUnsigned(function.arity(), function.registers()) > 0) {
      throw new VerifyException(
          Kind.ARITY_MISMATCH, "function " + name + " arity exceeds register count");
    }
    int lines = function.sourceLines().size();
    if (lines != 0 && lines != function.code().size()) {
      throw new VerifyException(
          Kind.SOURCE_MAP_MISMATCH,
          "function " + name + " source line map length does not match code length");
    }
  }
}

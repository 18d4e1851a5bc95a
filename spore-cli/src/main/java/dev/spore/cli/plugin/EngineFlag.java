package dev.spore.cli.plugin;

import dev.spore.plugin.guest.EngineChoice;
import dev.spore.plugin.guest.EngineChoice.Wanted;
import dev.spore.plugin.guest.EngineException;
import dev.spore.plugin.run.Program;
import dev.spore.plugin.run.RunLimits;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import org.jspecify.annotations.Nullable;

/** The flag that says what runs a plugin. */
final class EngineFlag {
  private static final String NAME = "--engine";

  private EngineFlag() {}

  static Flags addTo(Flags flags) {
    return flags.value(
        NAME,
        "kvm|java",
        "what runs the plugin: a machine of its own, or this process;\n"
            + "a machine if not given, where there can be one");
  }

  /**
   * The engine for a run, to be closed.
   *
   * @throws SporeException if there is no such engine, or it cannot run here
   */
  static EngineChoice choose(Arguments arguments, Program program, RunLimits limits) {
    try {
      return EngineChoice.of(wanted(arguments), program, limits);
    } catch (EngineException e) {
      throw new SporeException(ErrorCode.HOST_UNSUPPORTED, String.valueOf(e.getMessage()), e);
    }
  }

  private static Wanted wanted(Arguments arguments) {
    @Nullable String name = arguments.value(NAME);
    if (name == null) {
      return Wanted.AUTO;
    }
    return switch (name) {
      case "kvm" -> Wanted.KVM;
      case "java" -> Wanted.JAVA;
      default -> throw arguments.invalid(NAME + " '" + name + "' is no engine: kvm or java");
    };
  }
}

package dev.spore.cli.plugin;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.run.RunLimits;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The flags that bound a run, and the limits they make. */
final class LimitFlags {
  private static final String UNBOUNDED = "--unbounded";
  private static final String INSTRUCTIONS = "--max-instructions";
  private static final String DEPTH = "--max-call-depth";
  private static final String REGISTERS = "--max-registers";
  private static final String ITEMS = "--max-array-items";
  private static final List<String> LIFTED = List.of(INSTRUCTIONS, DEPTH, REGISTERS, ITEMS);

  private LimitFlags() {}

  static Flags addTo(Flags flags) {
    return flags
        .number(INSTRUCTIONS, "how many instructions may start; 100000 if not given")
        .number(DEPTH, "how many calls may be open at once; 64 if not given")
        .number(REGISTERS, "how many registers a function may have; 1024 if not given")
        .number(ITEMS, "how many items a new array may have; 4096 if not given")
        .flag(UNBOUNDED, "none of these four limits; the memory limit stays");
  }

  /**
   * The limits of a command line.
   *
   * @throws CommandFailure if they contradict each other
   */
  static RunLimits of(Arguments arguments) {
    OptionalLong instructions = arguments.number(INSTRUCTIONS);
    OptionalLong depth = arguments.number(DEPTH);
    OptionalLong registers = arguments.number(REGISTERS);
    OptionalLong items = arguments.number(ITEMS);
    boolean unbounded = arguments.has(UNBOUNDED);
    if (unbounded && LIFTED.stream().anyMatch(arguments::has)) {
      throw new CommandFailure("--unbounded cannot be combined with explicit --max-* limits");
    }
    RunLimits otherwise = unbounded ? RunLimits.unbounded() : RunLimits.sandbox();
    return new RunLimits(
        or(instructions, otherwise.maxInstructions()),
        or(depth, otherwise.maxCallDepth()),
        or(registers, otherwise.maxRegisters()),
        or(items, otherwise.maxArrayItems()),
        PluginLimits.RUN_MEMORY_BYTES);
  }

  private static @Nullable Long or(OptionalLong given, @Nullable Long otherwise) {
    return given.isPresent() ? Long.valueOf(given.getAsLong()) : otherwise;
  }
}

package dev.spore.plugin.guest;

import dev.spore.plugin.PluginLimits;
import dev.spore.plugin.RunException;
import dev.spore.plugin.RunException.Family;
import dev.spore.plugin.module.PluginModule;
import dev.spore.plugin.run.RunLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the guest's numbers of failures (machine.h, {@code failure}) are to people. */
final class Failures {
  static final int BUDGET = 1;
  static final int HOST = 15;
  static final int TIME = 16;

  private Failures() {}

  /** A run took too long. */
  static RunException time(Duration max) {
    return limit("wall time exceeded max " + max.toMillis() + " ms");
  }

  /**
   * The failure a number stands for, in the words of the interpreter in Java.
   *
   * @param operand what the failure is about, if it is about something
   * @param function the one that failed
   * @throws GuestException if there is no such failure
   */
  static RunException of(
      long failure, long operand, long function, PluginModule module, RunLimits limits) {
    return switch (Math.clamp(failure, 0, TIME + 1)) {
      case BUDGET -> limit("instruction budget exceeded max " + Mailbox.budget(limits));
      case 2 -> fault("function " + name(function, module) + " ended without ret");
      case 3 -> limit("call depth exceeded max " + unsigned(limits.maxCallDepth()));
      case 4 ->
          limit(
              "function "
                  + name(operand, module)
                  + " uses "
                  + Long.toUnsignedString(module.functions().get((int) operand).registers())
                  + " registers, max is "
                  + unsigned(limits.maxRegisters()));
      case 5 -> limit("memory exceeded max " + limits.memoryBytes() + " bytes");
      case 6 -> fault("numeric operands required");
      case 7 -> fault("division by zero");
      case 8 -> fault("integer overflow");
      case 9 -> fault("array_get target is not an array");
      case 10 -> fault("array_set target is not an array");
      case 11 -> fault("array index must be a non-negative i64");
      case 12 -> fault("array index " + operand + " out of bounds");
      case 13 ->
          limit(
              "array_new requested "
                  + operand
                  + " items, max is "
                  + unsigned(limits.maxArrayItems()));
      case 14 -> limit("array nesting exceeded max " + PluginLimits.VALUE_DEPTH_MAX);
      default -> throw new GuestException("failure number " + failure);
    };
  }

  private static String name(long function, PluginModule module) {
    if (function < 0 || function >= module.functions().size()) {
      throw new GuestException("function number " + function);
    }
    return module.functions().get((int) function).name();
  }

  private static String unsigned(@Nullable Long limit) {
    return Long.toUnsignedString(limit == null ? -1 : limit);
  }

  private static RunException fault(String what) {
    return new RunException(Family.RUNTIME, what);
  }

  private static RunException limit(String what) {
    return new RunException(Family.LIMIT, what);
  }
}

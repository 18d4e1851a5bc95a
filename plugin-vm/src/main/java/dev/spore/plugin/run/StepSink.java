package dev.spore.plugin.run;

import dev.spore.plugin.value.Value;
import org.jspecify.annotations.Nullable;

/** Told of each instruction when it has run or failed; a call's comes after those of its callee. */
@FunctionalInterface
public interface StepSink {
  /**
   * One instruction.
   *
   * @param function index in the module
   * @param pc index in the function
   * @param register what changed, or -1
   * @param value its new value, null exactly if nothing changed
   * @param call what a capability call was answered
   * @param error the whole text of the failure
   */
  void step(
      int function,
      int pc,
      int register,
      @Nullable Value value,
      @Nullable CapabilityCall call,
      @Nullable String error);

  /**
   * An instruction that did nothing but set a register to an integer; the same as {@link #step}
   * with that value.
   */
  default void integer(int function, int pc, int register, long number) {
    step(function, pc, register, new Value.I64(number), null, null);
  }
}

package dev.spore.plugin.run;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What runs programs. All engines give the same outcomes, steps and texts. */
@FunctionalInterface
public interface Engine {
  /**
   * Runs an entry once; its arguments, if it has parameters, are nil.
   *
   * @param entry name of an export
   * @param wallTime after which the run fails, or null
   * @param sink told of each step, or null if nobody asks
   */
  Outcome run(
      Program program,
      String entry,
      RunLimits limits,
      @Nullable Duration wallTime,
      Capabilities capabilities,
      @Nullable StepSink sink);
}

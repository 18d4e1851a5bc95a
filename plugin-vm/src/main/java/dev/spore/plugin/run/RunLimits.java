package dev.spore.plugin.run;

import dev.spore.plugin.PluginLimits;
import org.jspecify.annotations.Nullable;

/**
 * What one run may use. The first four are the format's and may be absent; memory never is.
 *
 * @param maxInstructions how many may start
 * @param maxCallDepth frames open at once; the entry's is the first
 * @param maxRegisters of one function, checked when it is entered
 * @param maxArrayItems of one {@code array_new}
 * @param memoryBytes of frames and values as if nothing were shared, as {@link
 *     dev.spore.plugin.value.Value#extraBytes} counts; from 0 to {@link
 *     PluginLimits#RUN_MEMORY_BYTES_MAX}
 */
public record RunLimits(
    @Nullable Long maxInstructions,
    @Nullable Long maxCallDepth,
    @Nullable Long maxRegisters,
    @Nullable Long maxArrayItems,
    long memoryBytes) {
  public RunLimits {
    memoryBytes = Math.clamp(memoryBytes, 0, PluginLimits.RUN_MEMORY_BYTES_MAX);
  }

  /** What an untrusted plugin gets unless its user says otherwise. */
  public static RunLimits sandbox() {
    return new RunLimits(100_000L, 64L, 1024L, 4096L, PluginLimits.RUN_MEMORY_BYTES);
  }

  /** Memory alone. */
  public static RunLimits unbounded() {
    return new RunLimits(null, null, null, null, PluginLimits.RUN_MEMORY_BYTES);
  }
}

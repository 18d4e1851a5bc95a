package dev.spore.plugin.trace;

import dev.spore.plugin.value.Value;

/**
 * What an instruction did to its frame.
 *
 * @param register unsigned
 */
public record RegisterChange(long register, Value value) {}

package dev.spore.kvm;

/**
 * A model-specific register and its value.
 *
 * @param index its number, unsigned 32 bits
 */
public record Msr(int index, long value) {}

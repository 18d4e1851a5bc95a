package dev.spore.kvm;

/**
 * An extended control register and its value ({@code struct kvm_xcr}, asm/kvm.h).
 *
 * @param index its number; 0 is the XSAVE feature mask
 */
public record Xcr(int index, long value) {}

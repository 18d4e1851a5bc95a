package dev.spore.kvm;

/**
 * What a guest linear address means with the vCPU's present page tables ({@code struct
 * kvm_translation}, linux/kvm.h). KVM fills in no access rights on x86.
 *
 * @param physical guest physical address, meaningless unless {@code valid}
 * @param valid whether the address is mapped
 */
public record Translation(long linear, long physical, boolean valid) {}

package dev.spore.vmm.boot;

/**
 * Registers of the first vCPU at its first instruction: the 64-bit boot protocol
 * (Documentation/x86/boot.rst, "64-bit boot protocol"). Flat segments, interrupts off, every
 * general register not named is zero, the IDT is empty.
 *
 * @param rip first instruction
 * @param rsi address of {@code struct boot_params}
 * @param rsp top of a small stack
 * @param rflags only the bit that is always one
 * @param cr0 PE, ET and PG
 * @param cr3 root of the identity page tables
 * @param cr4 PAE
 * @param efer LME and LMA
 * @param gdtBase address of the descriptor table
 * @param gdtLimit its last byte's offset
 * @param codeSelector 64-bit code, execute and read, DPL 0
 * @param dataSelector flat data, read and write, DPL 0: DS, ES, FS, GS and SS
 */
public record EntryState(
    long rip,
    long rsi,
    long rsp,
    long rflags,
    long cr0,
    long cr3,
    long cr4,
    long efer,
    long gdtBase,
    int gdtLimit,
    int codeSelector,
    int dataSelector) {}

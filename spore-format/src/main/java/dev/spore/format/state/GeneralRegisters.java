package dev.spore.format.state;

/** The general registers, RIP and RFLAGS of a vCPU (Intel SDM volume 1 §3.4). */
public record GeneralRegisters(
    long rax,
    long rbx,
    long rcx,
    long rdx,
    long rsi,
    long rdi,
    long rsp,
    long rbp,
    long r8,
    long r9,
    long r10,
    long r11,
    long r12,
    long r13,
    long r14,
    long r15,
    long rip,
    long rflags) {}

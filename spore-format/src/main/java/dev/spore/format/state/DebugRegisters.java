package dev.spore.format.state;

/** Debug registers of a vCPU (Intel SDM volume 3 §18.2). */
public record DebugRegisters(long db0, long db1, long db2, long db3, long dr6, long dr7) {}

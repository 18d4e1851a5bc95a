package dev.spore.format.state;

/**
 * Segment and descriptor-table registers of a vCPU (Intel SDM volume 3 §2.4, §3.4). The bases of FS
 * and GS are here and in no MSR.
 */
public record SegmentRegisters(
    SegmentState cs,
    SegmentState ds,
    SegmentState es,
    SegmentState fs,
    SegmentState gs,
    SegmentState ss,
    SegmentState tr,
    SegmentState ldt,
    TableState gdt,
    TableState idt) {}

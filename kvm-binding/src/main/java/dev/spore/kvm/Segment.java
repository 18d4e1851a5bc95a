package dev.spore.kvm;

import java.lang.foreign.MemorySegment;

/**
 * One segment register with its hidden part ({@code struct kvm_segment}, asm/kvm.h; Intel SDM
 * volume 3 §3.4.5).
 *
 * @param limit in bytes, unsigned 32 bits, already scaled by {@code g}
 * @param type the descriptor's 4-bit type
 * @param dpl privilege level, 0 to 3; of CS and SS, the current one
 * @param db 32-bit default operand size
 * @param s code or data, not a system segment
 * @param l 64-bit code
 * @param g the limit is in pages
 */
public record Segment(
    long base,
    long limit,
    int selector,
    int type,
    boolean present,
    int dpl,
    boolean db,
    boolean s,
    boolean l,
    boolean g,
    boolean avl,
    boolean unusable) {

  static Segment read(MemorySegment struct, long at) {
    return new Segment(
        Field.u64(struct, at + RegLayout.Segment.BASE),
        Field.u32(struct, at + RegLayout.Segment.LIMIT),
        Field.u16(struct, at + RegLayout.Segment.SELECTOR),
        Field.u8(struct, at + RegLayout.Segment.TYPE),
        Field.u8(struct, at + RegLayout.Segment.PRESENT) != 0,
        Field.u8(struct, at + RegLayout.Segment.DPL),
        Field.u8(struct, at + RegLayout.Segment.DB) != 0,
        Field.u8(struct, at + RegLayout.Segment.S) != 0,
        Field.u8(struct, at + RegLayout.Segment.L) != 0,
        Field.u8(struct, at + RegLayout.Segment.G) != 0,
        Field.u8(struct, at + RegLayout.Segment.AVL) != 0,
        Field.u8(struct, at + RegLayout.Segment.UNUSABLE) != 0);
  }

  void write(MemorySegment struct, long at) {
    Field.put64(struct, at + RegLayout.Segment.BASE, base);
    Field.put32(struct, at + RegLayout.Segment.LIMIT, limit);
    Field.put16(struct, at + RegLayout.Segment.SELECTOR, selector);
    Field.put8(struct, at + RegLayout.Segment.TYPE, type);
    Field.put8(struct, at + RegLayout.Segment.PRESENT, present);
    Field.put8(struct, at + RegLayout.Segment.DPL, dpl);
    Field.put8(struct, at + RegLayout.Segment.DB, db);
    Field.put8(struct, at + RegLayout.Segment.S, s);
    Field.put8(struct, at + RegLayout.Segment.L, l);
    Field.put8(struct, at + RegLayout.Segment.G, g);
    Field.put8(struct, at + RegLayout.Segment.AVL, avl);
    Field.put8(struct, at + RegLayout.Segment.UNUSABLE, unusable);
  }
}

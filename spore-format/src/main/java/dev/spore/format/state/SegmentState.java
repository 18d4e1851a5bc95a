package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * One segment register with its hidden part (Intel SDM volume 3 §3.4.3, §3.4.5).
 *
 * @param base linear address
 * @param limit last valid offset in bytes, already scaled by {@code g}; 0 to 2^32-1
 * @param selector 0 to 65535
 * @param type the descriptor's type, 0 to 15
 * @param dpl privilege level, 0 to 3
 * @param db 32-bit default operand size
 * @param s code or data, not a system segment
 * @param l 64-bit code
 * @param g the descriptor gave the limit in pages
 * @param avl for the guest's own use
 * @param unusable a null selector was loaded
 */
public record SegmentState(
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
  public SegmentState {
    Check.u32("limit", limit);
    Check.u16("selector", selector);
    Check.range("type", type, 0, 15);
    Check.range("dpl", dpl, 0, 3);
  }
}

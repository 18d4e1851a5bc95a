package dev.spore.kvm;

import dev.spore.kvm.ChipLayout.PicState;
import java.lang.foreign.MemorySegment;

/**
 * One of the two 8259A controllers ({@code struct kvm_pic_state}, asm/kvm.h). Every component is
 * one byte.
 */
public record Pic(
    int lastIrr,
    int irr,
    int imr,
    int isr,
    int priorityAdd,
    int irqBase,
    int readRegSelect,
    int poll,
    int specialMask,
    int initState,
    int autoEoi,
    int rotateOnAutoEoi,
    int specialFullyNestedMode,
    int init4,
    int elcr,
    int elcrMask) {
  static Pic read(MemorySegment struct, long at) {
    return new Pic(
        Field.u8(struct, at + PicState.LAST_IRR),
        Field.u8(struct, at + PicState.IRR),
        Field.u8(struct, at + PicState.IMR),
        Field.u8(struct, at + PicState.ISR),
        Field.u8(struct, at + PicState.PRIORITY_ADD),
        Field.u8(struct, at + PicState.IRQ_BASE),
        Field.u8(struct, at + PicState.READ_REG_SELECT),
        Field.u8(struct, at + PicState.POLL),
        Field.u8(struct, at + PicState.SPECIAL_MASK),
        Field.u8(struct, at + PicState.INIT_STATE),
        Field.u8(struct, at + PicState.AUTO_EOI),
        Field.u8(struct, at + PicState.ROTATE_ON_AUTO_EOI),
        Field.u8(struct, at + PicState.SPECIAL_FULLY_NESTED_MODE),
        Field.u8(struct, at + PicState.INIT4),
        Field.u8(struct, at + PicState.ELCR),
        Field.u8(struct, at + PicState.ELCR_MASK));
  }

  void write(MemorySegment struct, long at) {
    Field.put8(struct, at + PicState.LAST_IRR, lastIrr);
    Field.put8(struct, at + PicState.IRR, irr);
    Field.put8(struct, at + PicState.IMR, imr);
    Field.put8(struct, at + PicState.ISR, isr);
    Field.put8(struct, at + PicState.PRIORITY_ADD, priorityAdd);
    Field.put8(struct, at + PicState.IRQ_BASE, irqBase);
    Field.put8(struct, at + PicState.READ_REG_SELECT, readRegSelect);
    Field.put8(struct, at + PicState.POLL, poll);
    Field.put8(struct, at + PicState.SPECIAL_MASK, specialMask);
    Field.put8(struct, at + PicState.INIT_STATE, initState);
    Field.put8(struct, at + PicState.AUTO_EOI, autoEoi);
    Field.put8(struct, at + PicState.ROTATE_ON_AUTO_EOI, rotateOnAutoEoi);
    Field.put8(struct, at + PicState.SPECIAL_FULLY_NESTED_MODE, specialFullyNestedMode);
    Field.put8(struct, at + PicState.INIT4, init4);
    Field.put8(struct, at + PicState.ELCR, elcr);
    Field.put8(struct, at + PicState.ELCR_MASK, elcrMask);
  }
}

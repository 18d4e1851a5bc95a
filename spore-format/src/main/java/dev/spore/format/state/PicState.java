package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * One of the two 8259A interrupt controllers (Intel 8259A data sheet). Every component is one byte,
 * 0 to 255; flags are 0 or 1.
 *
 * @param lastIrr input levels seen last, for edge detection
 * @param irr requests
 * @param imr mask
 * @param isr in service
 * @param priorityAdd input with the highest priority
 * @param irqBase first vector
 * @param readRegisterSelect whether a read gives the in-service register
 * @param initState which initialisation command word comes next
 * @param init4 a fourth initialisation word is expected
 * @param elcr inputs that are level-triggered
 * @param elcrMask inputs that can be
 */
public record PicState(
    int lastIrr,
    int irr,
    int imr,
    int isr,
    int priorityAdd,
    int irqBase,
    int readRegisterSelect,
    int poll,
    int specialMask,
    int initState,
    int autoEoi,
    int rotateOnAutoEoi,
    int specialFullyNested,
    int init4,
    int elcr,
    int elcrMask) {
  public PicState {
    Check.u8("last_irr", lastIrr);
    Check.u8("irr", irr);
    Check.u8("imr", imr);
    Check.u8("isr", isr);
    Check.u8("priority_add", priorityAdd);
    Check.u8("irq_base", irqBase);
    Check.u8("read_register_select", readRegisterSelect);
    Check.u8("poll", poll);
    Check.u8("special_mask", specialMask);
    Check.u8("init_state", initState);
    Check.u8("auto_eoi", autoEoi);
    Check.u8("rotate_on_auto_eoi", rotateOnAutoEoi);
    Check.u8("special_fully_nested", specialFullyNested);
    Check.u8("init4", init4);
    Check.u8("elcr", elcr);
    Check.u8("elcr_mask", elcrMask);
  }
}

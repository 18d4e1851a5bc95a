package dev.spore.format.state;

import dev.spore.format.check.Check;

/**
 * Control registers, EFER and IA32_APIC_BASE of a vCPU (Intel SDM volume 3 §2.5, §2.2.1, §11.4.4).
 *
 * @param cr8 task priority, 0 to 15
 */
public record ControlRegisters(
    long cr0, long cr2, long cr3, long cr4, long cr8, long efer, long apicBase) {
  public ControlRegisters {
    Check.range("cr8", cr8, 0, 15);
  }
}

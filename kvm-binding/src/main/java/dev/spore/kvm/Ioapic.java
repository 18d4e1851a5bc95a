package dev.spore.kvm;

import dev.spore.kvm.ChipLayout.IoapicState;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The I/O APIC ({@code struct kvm_ioapic_state}, asm/kvm.h).
 *
 * @param base guest physical address of its registers
 * @param select IOREGSEL
 * @param irr inputs that wait, bit 0 is input 0
 * @param redirections the redirection table, {@link #INPUTS} entries
 */
public record Ioapic(long base, int select, int id, int irr, List<Long> redirections) {
  /** KVM_IOAPIC_NUM_PINS. */
  public static final int INPUTS = 24;

  public Ioapic {
    redirections = List.copyOf(redirections);
    if (redirections.size() != INPUTS) {
      throw new IllegalArgumentException("an I/O APIC has " + INPUTS + " inputs");
    }
  }

  static Ioapic read(MemorySegment struct, long at) {
    List<Long> table = new ArrayList<>(INPUTS);
    for (int i = 0; i < INPUTS; i++) {
      table.add(Field.u64(struct, at + IoapicState.REDIRTBL + (long) i * Long.BYTES));
    }
    return new Ioapic(
        Field.u64(struct, at + IoapicState.BASE_ADDRESS),
        Field.i32(struct, at + IoapicState.IOREGSEL),
        Field.i32(struct, at + IoapicState.ID),
        Field.i32(struct, at + IoapicState.IRR),
        table);
  }

  void write(MemorySegment struct, long at) {
    Field.put64(struct, at + IoapicState.BASE_ADDRESS, base);
    Field.put32(struct, at + IoapicState.IOREGSEL, select);
    Field.put32(struct, at + IoapicState.ID, id);
    Field.put32(struct, at + IoapicState.IRR, irr);
    for (int i = 0; i < INPUTS; i++) {
      long entry = at + IoapicState.REDIRTBL + (long) i * Long.BYTES;
      Field.put64(struct, entry, redirections.get(i));
    }
  }
}

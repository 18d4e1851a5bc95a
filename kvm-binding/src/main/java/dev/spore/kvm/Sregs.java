package dev.spore.kvm;

import java.lang.foreign.MemorySegment;

/**
 * Segment and control registers of a vCPU ({@code struct kvm_sregs}, asm/kvm.h).
 *
 * @param cr8 task priority
 * @param apicBase MSR IA32_APIC_BASE
 * @param pendingInterrupt vector KVM took from the controller but has not delivered, or {@link
 *     #NO_INTERRUPT}
 */
public record Sregs(
    Segment cs,
    Segment ds,
    Segment es,
    Segment fs,
    Segment gs,
    Segment ss,
    Segment tr,
    Segment ldt,
    DescriptorTable gdt,
    DescriptorTable idt,
    long cr0,
    long cr2,
    long cr3,
    long cr4,
    long cr8,
    long efer,
    long apicBase,
    int pendingInterrupt) {
  /** For {@link #pendingInterrupt}: there is none. */
  public static final int NO_INTERRUPT = -1;

  public Sregs {
    if (pendingInterrupt < NO_INTERRUPT || pendingInterrupt > 255) {
      throw new IllegalArgumentException("no interrupt vector: " + pendingInterrupt);
    }
  }

  /** A builder that starts from these values. */
  public SregsBuilder toBuilder() {
    return new SregsBuilder(this);
  }

  static Sregs read(MemorySegment struct) {
    return new Sregs(
        Segment.read(struct, RegLayout.Sregs.CS),
        Segment.read(struct, RegLayout.Sregs.DS),
        Segment.read(struct, RegLayout.Sregs.ES),
        Segment.read(struct, RegLayout.Sregs.FS),
        Segment.read(struct, RegLayout.Sregs.GS),
        Segment.read(struct, RegLayout.Sregs.SS),
        Segment.read(struct, RegLayout.Sregs.TR),
        Segment.read(struct, RegLayout.Sregs.LDT),
        DescriptorTable.read(struct, RegLayout.Sregs.GDT),
        DescriptorTable.read(struct, RegLayout.Sregs.IDT),
        Field.u64(struct, RegLayout.Sregs.CR0),
        Field.u64(struct, RegLayout.Sregs.CR2),
        Field.u64(struct, RegLayout.Sregs.CR3),
        Field.u64(struct, RegLayout.Sregs.CR4),
        Field.u64(struct, RegLayout.Sregs.CR8),
        Field.u64(struct, RegLayout.Sregs.EFER),
        Field.u64(struct, RegLayout.Sregs.APIC_BASE),
        readPending(struct));
  }

  MemorySegment write() {
    MemorySegment struct = Scratch.zeroed(RegLayout.Sregs.SIZE);
    cs.write(struct, RegLayout.Sregs.CS);
    ds.write(struct, RegLayout.Sregs.DS);
    es.write(struct, RegLayout.Sregs.ES);
    fs.write(struct, RegLayout.Sregs.FS);
    gs.write(struct, RegLayout.Sregs.GS);
    ss.write(struct, RegLayout.Sregs.SS);
    tr.write(struct, RegLayout.Sregs.TR);
    ldt.write(struct, RegLayout.Sregs.LDT);
    gdt.write(struct, RegLayout.Sregs.GDT);
    idt.write(struct, RegLayout.Sregs.IDT);
    Field.put64(struct, RegLayout.Sregs.CR0, cr0);
    Field.put64(struct, RegLayout.Sregs.CR2, cr2);
    Field.put64(struct, RegLayout.Sregs.CR3, cr3);
    Field.put64(struct, RegLayout.Sregs.CR4, cr4);
    Field.put64(struct, RegLayout.Sregs.CR8, cr8);
    Field.put64(struct, RegLayout.Sregs.EFER, efer);
    Field.put64(struct, RegLayout.Sregs.APIC_BASE, apicBase);
    if (pendingInterrupt != NO_INTERRUPT) {
      long word = RegLayout.Sregs.INTERRUPT_BITMAP + (long) (pendingInterrupt / 64) * Long.BYTES;
      Field.put64(struct, word, 1L << (pendingInterrupt % 64));
    }
    return struct;
  }

  /** KVM sets at most one of the 256 bits. */
  private static int readPending(MemorySegment struct) {
    for (int i = 0; i < 4; i++) {
      long word = Field.u64(struct, RegLayout.Sregs.INTERRUPT_BITMAP + (long) i * Long.BYTES);
      if (word != 0) {
        return i * 64 + Long.numberOfTrailingZeros(word);
      }
    }
    return NO_INTERRUPT;
  }
}

package dev.spore.kvm;

import dev.spore.kvm.VcpuLayout.Cpuid2;
import dev.spore.kvm.VcpuLayout.CpuidEntry2;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * One leaf of a guest's CPUID ({@code struct kvm_cpuid_entry2}, asm/kvm.h).
 *
 * @param function leaf: EAX of the instruction
 * @param index subleaf: ECX, significant when {@code flags} say so
 * @param flags {@link KvmConst#CPUID_FLAG_SIGNIFCANT_INDEX} or 0
 */
public record CpuidEntry(int function, int index, int flags, int eax, int ebx, int ecx, int edx) {
  /** The kernel's own bound on a table (KVM_MAX_CPUID_ENTRIES). */
  static final int MAX_ENTRIES = 256;

  static final int MAX_TABLE_BYTES = Cpuid2.SIZE + MAX_ENTRIES * CpuidEntry2.SIZE;

  /** The same leaf with other register values. */
  public CpuidEntry withRegisters(int newEax, int newEbx, int newEcx, int newEdx) {
    return new CpuidEntry(function, index, flags, newEax, newEbx, newEcx, newEdx);
  }

  static List<CpuidEntry> readTable(MemorySegment table) {
    int count = Field.i32(table, Cpuid2.NENT);
    List<CpuidEntry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long at = Cpuid2.SIZE + (long) i * CpuidEntry2.SIZE;
      entries.add(
          new CpuidEntry(
              Field.i32(table, at + CpuidEntry2.FUNCTION),
              Field.i32(table, at + CpuidEntry2.INDEX),
              Field.i32(table, at + CpuidEntry2.FLAGS),
              Field.i32(table, at + CpuidEntry2.EAX),
              Field.i32(table, at + CpuidEntry2.EBX),
              Field.i32(table, at + CpuidEntry2.ECX),
              Field.i32(table, at + CpuidEntry2.EDX)));
    }
    return List.copyOf(entries);
  }

  static MemorySegment writeTable(List<CpuidEntry> entries) {
    if (entries.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "KVM takes " + MAX_ENTRIES + " CPUID entries, not " + entries.size());
    }
    MemorySegment table = Scratch.zeroed(MAX_TABLE_BYTES);
    Field.put32(table, Cpuid2.NENT, entries.size());
    long at = Cpuid2.SIZE;
    for (CpuidEntry entry : entries) {
      Field.put32(table, at + CpuidEntry2.FUNCTION, entry.function);
      Field.put32(table, at + CpuidEntry2.INDEX, entry.index);
      Field.put32(table, at + CpuidEntry2.FLAGS, entry.flags);
      Field.put32(table, at + CpuidEntry2.EAX, entry.eax);
      Field.put32(table, at + CpuidEntry2.EBX, entry.ebx);
      Field.put32(table, at + CpuidEntry2.ECX, entry.ecx);
      Field.put32(table, at + CpuidEntry2.EDX, entry.edx);
      at += CpuidEntry2.SIZE;
    }
    return table;
  }
}

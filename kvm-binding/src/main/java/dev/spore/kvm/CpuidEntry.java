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

  private static final int WORDS = CpuidEntry2.SIZE / Integer.BYTES;
  private static final int FUNCTION = CpuidEntry2.FUNCTION / Integer.BYTES;
  private static final int INDEX = CpuidEntry2.INDEX / Integer.BYTES;
  private static final int FLAGS = CpuidEntry2.FLAGS / Integer.BYTES;
  private static final int EAX = CpuidEntry2.EAX / Integer.BYTES;
  private static final int EBX = CpuidEntry2.EBX / Integer.BYTES;
  private static final int ECX = CpuidEntry2.ECX / Integer.BYTES;
  private static final int EDX = CpuidEntry2.EDX / Integer.BYTES;

  /** The same leaf with other register values. */
  public CpuidEntry withRegisters(int newEax, int newEbx, int newEcx, int newEdx) {
    return new CpuidEntry(function, index, flags, newEax, newEbx, newEcx, newEdx);
  }

  static List<CpuidEntry> readTable(MemorySegment table) {
    int count = Field.i32(table, Cpuid2.NENT);
    int[] words = Field.ints(table, Cpuid2.SIZE, count * WORDS);
    List<CpuidEntry> entries = new ArrayList<>(count);
    for (int at = 0; at < words.length; at += WORDS) {
      entries.add(
          new CpuidEntry(
              words[at + FUNCTION],
              words[at + INDEX],
              words[at + FLAGS],
              words[at + EAX],
              words[at + EBX],
              words[at + ECX],
              words[at + EDX]));
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
    int[] words = new int[entries.size() * WORDS];
    int at = 0;
    for (CpuidEntry entry : entries) {
      words[at + FUNCTION] = entry.function;
      words[at + INDEX] = entry.index;
      words[at + FLAGS] = entry.flags;
      words[at + EAX] = entry.eax;
      words[at + EBX] = entry.ebx;
      words[at + ECX] = entry.ecx;
      words[at + EDX] = entry.edx;
      at += WORDS;
    }
    Field.putInts(table, Cpuid2.SIZE, words);
    return table;
  }
}

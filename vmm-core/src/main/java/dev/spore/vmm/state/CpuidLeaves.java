package dev.spore.vmm.state;

import dev.spore.format.state.CpuidLeaf;
import dev.spore.kvm.CpuidEntry;
import dev.spore.kvm.KvmConst;
import java.util.List;
import java.util.TreeSet;

/** CPUID tables as KVM takes them and as a spore keeps them. */
public final class CpuidLeaves {
  private CpuidLeaves() {}

  /** In rising order, of equal ones the first, which is the one KVM answers with. */
  public static List<CpuidLeaf> of(List<CpuidEntry> table) {
    TreeSet<CpuidLeaf> leaves = new TreeSet<>();
    for (CpuidEntry e : table) {
      boolean indexed = (e.flags() & KvmConst.CPUID_FLAG_SIGNIFCANT_INDEX) != 0;
      leaves.add(
          new CpuidLeaf(
              Integer.toUnsignedLong(e.function()),
              indexed ? Integer.toUnsignedLong(e.index()) : 0,
              indexed,
              e.eax(),
              e.ebx(),
              e.ecx(),
              e.edx()));
    }
    return List.copyOf(leaves);
  }

  /** For {@link dev.spore.kvm.VcpuFd#setCpuid2}, once each vCPU's APIC id is put in. */
  public static List<CpuidEntry> toKvm(List<CpuidLeaf> leaves) {
    return leaves.stream()
        .map(l ->
            new CpuidEntry(
                (int) l.function(),
                (int) l.subleaf(),
                l.subleafMatters() ? KvmConst.CPUID_FLAG_SIGNIFCANT_INDEX : 0,
                l.eax(),
                l.ebx(),
                l.ecx(),
                l.edx()))
        .toList();
  }
}

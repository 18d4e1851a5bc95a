package dev.spore.vmm.vcpu;

import dev.spore.kvm.CpuidEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * The CPUID table of one vCPU: what KVM supports, with the topology leaves made those of one
 * package of {@code vcpus} cores without hyper-threads (SDM volume 2, CPUID; APM volume 3, appendix
 * E).
 */
public final class CpuidTopology {
  private static final int HYPERVISOR = 1 << 31;
  private static final int TSC_DEADLINE = 1 << 24;

  private CpuidTopology() {}

  /** The table of vCPU {@code vcpu}, 0 to {@code vcpus} - 1. */
  public static List<CpuidEntry> forVcpu(
      List<CpuidEntry> supported, int vcpu, int vcpus, boolean tscDeadline) {
    List<CpuidEntry> table = new ArrayList<>(supported.size());
    for (CpuidEntry entry : supported) {
      table.add(adjust(entry, vcpu, vcpus, tscDeadline));
    }
    return table;
  }

  private static CpuidEntry adjust(CpuidEntry e, int vcpu, int vcpus, boolean tscDeadline) {
    return switch (e.function()) {
      case 1 ->
          with(
              e,
              e.eax(),
              (e.ebx() & 0xffff) | vcpus << 16 | vcpu << 24,
              e.ecx() | HYPERVISOR | (tscDeadline ? TSC_DEADLINE : 0),
              e.edx());
      case 4 -> with(e, (e.eax() & 0x3fff) | (vcpus - 1) << 26, e.ebx(), e.ecx(), e.edx());
      case 0xb, 0x1f -> topologyLevel(e, vcpu, vcpus);
      case 0x8000_0008 -> with(e, e.eax(), e.ebx(), (e.ecx() & ~0xf0ff) | (vcpus - 1), e.edx());
      case 0x8000_001e -> with(e, vcpu, vcpu, 0, 0);
      default -> e;
    };
  }

  private static CpuidEntry topologyLevel(CpuidEntry e, int vcpu, int vcpus) {
    int bits = 32 - Integer.numberOfLeadingZeros(vcpus - 1);
    return switch (e.index()) {
      case 0 -> with(e, 0, 1, 1 << 8, vcpu);
      case 1 -> with(e, bits, vcpus, 1 | 2 << 8, vcpu);
      default -> with(e, 0, 0, e.index(), vcpu);
    };
  }

  private static CpuidEntry with(CpuidEntry e, int eax, int ebx, int ecx, int edx) {
    return new CpuidEntry(e.function(), e.index(), e.flags(), eax, ebx, ecx, edx);
  }
}

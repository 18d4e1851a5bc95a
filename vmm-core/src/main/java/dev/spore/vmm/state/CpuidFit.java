package dev.spore.vmm.state;

import dev.spore.format.state.CpuidLeaf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a guest has laid out by the measures of CPUID fits another host: page tables by the
 * width of addresses, and XSAVE areas in its own memory, whose components the processor puts where
 * it likes. Features are another matter.
 */
public final class CpuidFit {
  private static final long LEAF_XSAVE = 0xd;
  private static final long LEAF_ADDRESSES = 0x8000_0008L;
  private static final int FIRST_COMPONENT = 2;
  private static final int BYTE = 0xff;

  /** Width bits of physical and of linear addresses in EAX of their leaf. */
  private static final int PHYSICAL = 0;

  private static final int LINEAR = 8;

  private CpuidFit() {}

  /**
   * Checks this host.
   *
   * @param saved the table the guest was shown
   * @param xcr0 the XSAVE features it has switched on
   * @param host what KVM of this host can show
   * @throws dev.spore.vmm.SporeException host.unsupported naming the first measure that differs
   */
  public static void require(List<CpuidLeaf> saved, long xcr0, List<CpuidLeaf> host) {
    CpuidLeaf addresses = find(saved, LEAF_ADDRESSES, 0);
    if (addresses != null) {
      CpuidLeaf here = find(host, LEAF_ADDRESSES, 0);
      requireWidth("physical", width(addresses, PHYSICAL), width(here, PHYSICAL));
      requireWidth("linear", width(addresses, LINEAR), width(here, LINEAR));
    }
    for (long rest = xcr0 & -1L << FIRST_COMPONENT; rest != 0; rest &= rest - 1) {
      int number = Long.numberOfTrailingZeros(rest);
      CpuidLeaf wanted = find(saved, LEAF_XSAVE, number);
      CpuidLeaf here = find(host, LEAF_XSAVE, number);
      if (wanted != null && (here == null || !samePlace(wanted, here))) {
        throw Refusal.unsupported(
            "vm.cpuid",
            "the guest keeps XSAVE component %d as %d bytes at %d, this host %s"
                .formatted(number, wanted.eax(), wanted.ebx(), place(here)));
      }
    }
  }

  private static boolean samePlace(CpuidLeaf one, CpuidLeaf other) {
    return one.eax() == other.eax() && one.ebx() == other.ebx() && one.ecx() == other.ecx();
  }

  private static String place(@Nullable CpuidLeaf leaf) {
    return leaf == null || leaf.eax() == 0
        ? "has none"
        : "as %d bytes at %d".formatted(leaf.eax(), leaf.ebx());
  }

  /** A wider host is fine: what a guest may not set, it has not set. */
  private static void requireWidth(String what, int wanted, int here) {
    if (here < wanted) {
      throw Refusal.unsupported(
          "vm.cpuid",
          "the guest has %s addresses of %d bits, this host of %d".formatted(what, wanted, here));
    }
  }

  private static int width(@Nullable CpuidLeaf leaf, int at) {
    return leaf == null ? 0 : leaf.eax() >>> at & BYTE;
  }

  private static @Nullable CpuidLeaf find(List<CpuidLeaf> table, long function, long subleaf) {
    for (CpuidLeaf leaf : table) {
      if (leaf.function() == function && leaf.subleaf() == subleaf) {
        return leaf;
      }
    }
    return null;
  }
}

package dev.spore.vmm.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.state.CpuidLeaf;
import dev.spore.kvm.CpuidEntry;
import dev.spore.kvm.KvmConst;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CpuidFitTest {
  private static final CpuidLeaf YMM = leaf(0xd, 2, 256, 576, 0);
  private static final CpuidLeaf ZMM = leaf(0xd, 6, 512, 1152, 0);
  private static final CpuidLeaf WIDE = leaf(0x8000_0008L, 0, 0x3030, 0, 0);

  private static CpuidLeaf leaf(long function, long subleaf, int eax, int ebx, int ecx) {
    return new CpuidLeaf(function, subleaf, true, eax, ebx, ecx, 0);
  }

  private static void refused(List<CpuidLeaf> saved, List<CpuidLeaf> host, String what) {
    assertThatThrownBy(() -> CpuidFit.require(saved, 7 | 1 << 6, host))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining(what)
        .extracting(e -> ((SporeException) e).code())
        .isEqualTo(ErrorCode.HOST_UNSUPPORTED);
  }

  @Test
  void sameHostAndWiderHostFit() {
    List<CpuidLeaf> saved = List.of(YMM, ZMM, WIDE);
    CpuidFit.require(saved, 7 | 1 << 6, saved);
    CpuidFit.require(saved, 7, List.of(YMM, leaf(0x8000_0008L, 0, 0x3934, 0, 0)));
  }

  @Test
  void narrowerAddressesDoNot() {
    refused(
        List.of(WIDE),
        List.of(leaf(0x8000_0008L, 0, 0x3027, 0, 0)),
        "physical addresses of 48 bits, this host of 39");
    refused(
        List.of(leaf(0x8000_0008L, 0, 0x3930, 0, 0)),
        List.of(WIDE),
        "linear addresses of 57 bits, this host of 48");
    refused(List.of(WIDE), List.of(), "this host of 0");
  }

  @Test
  void componentInUseMustLieAtItsPlace() {
    CpuidLeaf elsewhere = leaf(0xd, 6, 512, 896, 0);
    refused(List.of(ZMM), List.of(elsewhere), "512 bytes at 1152, this host as 512 bytes at 896");
    refused(List.of(ZMM), List.of(YMM), "component 6 as 512 bytes at 1152, this host has none");
    refused(List.of(YMM), List.of(leaf(0xd, 2, 256, 576, 2)), "component 2");
  }

  @Test
  void componentThatIsOffMayLieAnywhere() {
    CpuidFit.require(List.of(YMM, ZMM), 7, List.of(YMM, leaf(0xd, 6, 512, 896, 0)));
  }

  @Test
  void tableKeepsItsLeavesThroughARecord() {
    int indexed = KvmConst.CPUID_FLAG_SIGNIFCANT_INDEX;
    CpuidEntry high = new CpuidEntry(0x8000_0001, 0, 0, 1, 2, 3, 4);
    CpuidEntry second = new CpuidEntry(4, 1, indexed, 5, 6, 7, 8);
    CpuidEntry first = new CpuidEntry(4, 0, indexed, 9, 10, 11, 12);
    CpuidEntry again = new CpuidEntry(4, 0, indexed, 0, 0, 0, 0);
    List<CpuidLeaf> leaves = CpuidLeaves.of(List.of(high, second, first, again));
    assertThat(leaves).isSorted().hasSize(3);
    assertThat(CpuidLeaves.toKvm(leaves)).containsExactly(first, second, high);
  }
}

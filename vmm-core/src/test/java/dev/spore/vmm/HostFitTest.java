package dev.spore.vmm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spore.format.manifest.FeatureNeed;
import dev.spore.format.manifest.FeatureNeed.Register;
import dev.spore.format.manifest.HostNeeds;
import dev.spore.format.state.CpuidLeaf;
import dev.spore.vmm.quirk.Quirk;
import dev.spore.vmm.quirk.QuirkProfile;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A guest goes on only where it finds everything it was shown. */
final class HostFitTest {
  private static final QuirkProfile NONE = new QuirkProfile(Set.of());

  /** "GenuineIntel" and "AuthenticAMD" as EBX, EDX, ECX hold them. */
  private static final CpuidLeaf INTEL = leaf(0, 0, 0x756e_6547, 0x6c65_746e, 0x4965_6e69);

  private static final CpuidLeaf AMD = leaf(0, 0, 0x6874_7541, 0x444d_4163, 0x6974_6e65);
  private static final CpuidLeaf AVX = leaf(1, 0, 0, 0x1000_0000, 0);
  private static final CpuidLeaf XSAVE = leaf(0xd, 0x7, 0, 0, 0);
  private static final HostNeeds NEEDS = needs(7);

  private static CpuidLeaf leaf(long function, int eax, int ebx, int ecx, int edx) {
    return new CpuidLeaf(function, 0, true, eax, ebx, ecx, edx);
  }

  private static HostNeeds needs(long xcr0) {
    FeatureNeed avx = new FeatureNeed(1, 0, Register.ECX, 0x1000_0000);
    return new HostNeeds("GenuineIntel", 2_700_000, xcr0, List.of(avx), List.of());
  }

  private static void refused(HostNeeds needs, List<CpuidLeaf> here, String what) {
    assertThatThrownBy(() -> HostFit.require(needs, List.of(), here, NONE))
        .isInstanceOf(SporeException.class)
        .hasMessageContaining(what)
        .extracting(e -> ((SporeException) e).code())
        .isEqualTo(ErrorCode.HOST_UNSUPPORTED);
  }

  @Test
  void aHostThatHasAllAndMoreFits() {
    CpuidLeaf more = leaf(1, 0, 0, 0x3000_0000, 1);
    HostFit.require(NEEDS, List.of(), List.of(INTEL, more, XSAVE), NONE);
  }

  @Test
  void anotherVendorDoesNot() {
    refused(NEEDS, List.of(AMD, AVX, XSAVE), "GenuineIntel; this one is of AuthenticAMD");
    refused(NEEDS, List.of(), "GenuineIntel; this one is of an unknown");
  }

  @Test
  void aFeatureThatIsMissingIsNamed() {
    refused(NEEDS, List.of(INTEL, XSAVE), "CPUID leaf 0x1.0 ecx bit 28");
    refused(NEEDS, List.of(INTEL, leaf(1, 0, 0, 1, -1), XSAVE), "CPUID leaf 0x1.0 ecx bit 28");
  }

  @Test
  void anXsaveFeatureThatIsSwitchedOnIsNeeded() {
    refused(needs(0x207), List.of(INTEL, AVX, XSAVE), "XSAVE feature 9,");
    refused(needs(1L << 62 | 7), List.of(INTEL, AVX, XSAVE), "XSAVE feature 62,");
    refused(needs(7), List.of(INTEL, AVX), "XSAVE feature 0,");
    CpuidLeaf high = leaf(0xd, 7, 0, 0, 1 << 30);
    HostFit.require(needs(1L << 62 | 7), List.of(), List.of(INTEL, AVX, high), NONE);
  }

  @Test
  void anotherQuirkProfileDoesNot() {
    QuirkProfile odd = new QuirkProfile(Set.of(Quirk.UNMASKED_CPUID));
    assertThatThrownBy(() -> HostFit.require(NEEDS, List.of(), List.of(INTEL, AVX, XSAVE), odd))
        .hasMessageContaining("the quirks []; this one has [unmasked-cpuid]");
  }

  @Test
  void measuresThatDifferAreRefusedHereToo() {
    CpuidLeaf wide = new CpuidLeaf(0x8000_0008L, 0, false, 0x3030, 0, 0, 0);
    assertThatThrownBy(
            () -> HostFit.require(NEEDS, List.of(wide), List.of(INTEL, AVX, XSAVE), NONE))
        .hasMessageContaining("physical addresses of 48 bits");
  }
}

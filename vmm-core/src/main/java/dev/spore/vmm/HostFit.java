package dev.spore.vmm;

import dev.spore.format.manifest.FeatureNeed;
import dev.spore.format.manifest.FeatureNeed.Register;
import dev.spore.format.manifest.HostNeeds;
import dev.spore.format.state.CpuidLeaf;
import dev.spore.format.state.MachineState;
import dev.spore.format.state.VcpuState;
import dev.spore.vmm.quirk.Quirk;
import dev.spore.vmm.quirk.QuirkProfile;
import dev.spore.vmm.state.CpuidFit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a guest found on the host it was saved on, and whether another host has it too. */
final class HostFit {
  /** A CPUID word in which a set bit is a promise to the guest. */
  private record Word(long function, long subleaf, Register register) {}

  private static final List<Word> WORDS =
      List.of(
          new Word(0x1, 0, Register.ECX),
          new Word(0x1, 0, Register.EDX),
          new Word(0x7, 0, Register.EBX),
          new Word(0x7, 0, Register.ECX),
          new Word(0x7, 0, Register.EDX),
          new Word(0x7, 1, Register.EAX),
          new Word(0xd, 1, Register.EAX),
          new Word(0x8000_0001L, 0, Register.ECX),
          new Word(0x8000_0001L, 0, Register.EDX),
          new Word(0x8000_0008L, 0, Register.EBX));

  /** Bits that say what the guest has switched on, not what the processor can: OSXSAVE, OSPKE. */
  private static final int LEAF_1_ECX_STATE = 1 << 27;

  private static final int LEAF_7_ECX_STATE = 1 << 4;
  private static final Word XCR0_LOW = new Word(0xd, 0, Register.EAX);
  private static final Word XCR0_HIGH = new Word(0xd, 0, Register.EDX);

  private HostFit() {}

  /** What a machine in {@code state} relies on. */
  static HostNeeds needs(MachineState state, QuirkProfile quirks) {
    List<CpuidLeaf> cpuid = state.vm().cpuid();
    List<FeatureNeed> features = new ArrayList<>();
    for (Word word : WORDS) {
      int bits = value(cpuid, word);
      if (bits != 0) {
        features.add(new FeatureNeed(word.function(), word.subleaf(), word.register(), bits));
      }
    }
    features.sort(null);
    VcpuState first = state.vcpus().getFirst();
    long xcr0 =
        first.extendedControls().stream()
            .filter(x -> x.index() == 0)
            .mapToLong(x -> x.value())
            .findFirst()
            .orElse(0);
    return new HostNeeds(
        vendor(cpuid),
        first.tscKhz(),
        xcr0,
        features,
        quirks.quirks().stream().map(Quirk::id).sorted().toList());
  }

  /**
   * Checks this host.
   *
   * @param needs what the guest relies on: every feature it was shown counts as in use, for what
   *     its programs have taken up cannot be told
   * @param shown the CPUID table it was shown
   * @param here the one this host would show it
   * @throws SporeException host.unsupported naming the first need that is not met
   */
  static void require(
      HostNeeds needs, List<CpuidLeaf> shown, List<CpuidLeaf> here, QuirkProfile quirks) {
    requireFeatures(needs, here);
    List<String> had = quirks.quirks().stream().map(Quirk::id).sorted().toList();
    if (!had.equals(needs.quirks())) {
      throw lacking(
          "a host whose KVM has the quirks %s; this one has %s".formatted(needs.quirks(), had));
    }
    CpuidFit.require(shown, needs.xcr0(), here);
  }

  private static void requireFeatures(HostNeeds needs, List<CpuidLeaf> here) {
    String vendor = vendor(here);
    if (!vendor.equals(needs.cpuVendor())) {
      throw lacking("a processor of %s; this one is of %s".formatted(needs.cpuVendor(), vendor));
    }
    for (FeatureNeed need : needs.features()) {
      int missing =
          need.bits() & ~value(here, new Word(need.function(), need.subleaf(), need.register()));
      if (missing != 0) {
        throw lacking(
            "CPUID leaf 0x%x.%d %s bit %d, which this processor or its KVM does not have"
                .formatted(
                    need.function(),
                    need.subleaf(),
                    need.register().id(),
                    Integer.numberOfTrailingZeros(missing)));
      }
    }
    long can = Integer.toUnsignedLong(value(here, XCR0_LOW)) | (long) value(here, XCR0_HIGH) << 32;
    long missing = needs.xcr0() & ~can;
    if (missing != 0) {
      throw lacking(
          "XSAVE feature %d, which its guest has switched on and this host does not have"
              .formatted(Long.numberOfTrailingZeros(missing)));
    }
  }

  private static int value(List<CpuidLeaf> table, Word word) {
    for (CpuidLeaf leaf : table) {
      if (leaf.function() == word.function() && leaf.subleaf() == word.subleaf()) {
        return switch (word.register()) {
          case EAX -> leaf.eax();
          case EBX -> leaf.ebx();
          case ECX -> leaf.ecx() & ~state(word);
          case EDX -> leaf.edx();
        };
      }
    }
    return 0;
  }

  private static int state(Word word) {
    if (word.function() == 1) {
      return LEAF_1_ECX_STATE;
    }
    return word.function() == 7 && word.subleaf() == 0 ? LEAF_7_ECX_STATE : 0;
  }

  private static String vendor(List<CpuidLeaf> table) {
    for (CpuidLeaf leaf : table) {
      if (leaf.function() == 0) {
        byte[] name =
            ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(leaf.ebx())
                .putInt(leaf.edx())
                .putInt(leaf.ecx())
                .array();
        return new String(name, StandardCharsets.US_ASCII);
      }
    }
    return "an unknown";
  }

  private static SporeException lacking(String what) {
    return new SporeException(
        ErrorCode.HOST_UNSUPPORTED,
        "the spore needs " + what + "; restore it on a host like its own");
  }
}

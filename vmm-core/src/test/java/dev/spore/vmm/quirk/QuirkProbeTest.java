package dev.spore.vmm.quirk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spore.kvm.Kvm;
import dev.spore.kvm.testing.RequiresKvm;
import dev.spore.vmm.HostKvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@RequiresKvm
class QuirkProbeTest {
  private static QuirkProfile probe(Kvm kvm) {
    List<QuirkProfile> found = new ArrayList<>();
    QuirkProbe.run(kvm, found::add);
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  @Test
  void probeAlwaysFindsTheSame() {
    try (Kvm kvm = HostKvm.open()) {
      assertThat(probe(kvm)).isEqualTo(probe(kvm));
    }
  }

  @Test
  void hardwareKvmHasNoQuirks() {
    boolean hardware =
        Files.exists(Path.of("/sys/module/kvm_intel"))
            || Files.exists(Path.of("/sys/module/kvm_amd"));
    try (Kvm kvm = HostKvm.open()) {
      boolean quirky = !probe(kvm).quirks().isEmpty();
      assertThat(quirky).isEqualTo(!hardware);
    }
  }

  @Test
  void noQuirkMeansNoKernelFlag() {
    assertThat(KernelFlags.forProfile(new QuirkProfile(java.util.Set.of()))).isEmpty();
  }

  @Test
  void systemCallCureIsArmedOnlyByItsOwnQuirk() {
    QuirkProfile others =
        new QuirkProfile(
            java.util.EnumSet.complementOf(java.util.EnumSet.of(Quirk.USER_SYSCALL_FAULT)));
    assertThat(KernelFlags.forProfile(others)).doesNotContain("spore_syscall_fault");
    QuirkProfile only = new QuirkProfile(java.util.Set.of(Quirk.USER_SYSCALL_FAULT));
    assertThat(KernelFlags.forProfile(only)).containsExactly("spore_syscall_fault");
  }
}

package dev.spore.vmm.quirk;

import dev.spore.kvm.CpuidEntry;
import dev.spore.kvm.DescriptorTable;
import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmConst;
import dev.spore.kvm.KvmExit;
import dev.spore.kvm.Mapping;
import dev.spore.kvm.Msr;
import dev.spore.kvm.Regs;
import dev.spore.kvm.RunPage;
import dev.spore.kvm.Segment;
import dev.spore.kvm.Sregs;
import dev.spore.kvm.VcpuFd;
import dev.spore.kvm.VmFd;
import dev.spore.virtio.memory.GuestMemory;
import dev.spore.vmm.ErrorCode;
import dev.spore.vmm.SporeException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Runs {@link ProbeImage} once and says what it found. A few milliseconds; touches nothing but its
 * own VM.
 */
public final class QuirkProbe {
  private static final int MSR_TSC = 0x10;
  private static final int MSR_STAR = 0xc000_0081;
  private static final int MSR_LSTAR = 0xc000_0082;
  private static final int MSR_SYSCALL_MASK = 0xc000_0084;
  private static final long EFER_SCE_LME_LMA_NXE = 0xd01;
  private static final long CR0_PE_ET_NE_WP_PG = 0x8001_0031L;
  private static final long CR4_PAE = 1 << 5;
  private static final int FEATURE_POPCNT = 1 << 23;

  /** #PF of a user-mode instruction fetch from a present page. */
  private static final long FAULT_USER_FETCH = 0x15;

  /** Far above any host's counter, so that a guest that sees the host's own is told apart. */
  private static final long TSC_START = 1L << 55;

  private static final int EXITS_MAX = 32;
  private static final int FWAIT = 0x9b;

  private QuirkProbe() {}

  /**
   * Probes {@code kvm}.
   *
   * @param found takes the profile as soon as it is known; taking the VM apart lasts as long again
   * @throws SporeException host.unsupported when the probe ends in a way nobody knows
   */
  public static void run(Kvm kvm, Consumer<QuirkProfile> found) {
    try (Mapping ram = Mapping.anonymous(ProbeImage.MEMORY_BYTES);
        VmFd vm = kvm.createVm()) {
      GuestMemory memory = GuestMemory.ofSingle(ram.segment());
      ProbeImage.write(memory);
      vm.setUserMemoryRegion(0, 0, 0, ram, 0, ProbeImage.MEMORY_BYTES);
      try (VcpuFd vcpu = vm.createVcpu(0)) {
        List<CpuidEntry> supported = kvm.supportedCpuid();
        prepare(vcpu, supported);
        Set<Quirk> quirks = EnumSet.noneOf(Quirk.class);
        runToEnd(vcpu, quirks);
        judge(ProbeImage.read(memory), quirks);
        found.accept(new QuirkProfile(quirks));
      }
    }
  }

  /** Long mode at CPL 0, with a CPUID table that hides POPCNT and a counter far ahead. */
  private static void prepare(VcpuFd vcpu, List<CpuidEntry> supported) {
    vcpu.setCpuid2(supported.stream().map(QuirkProbe::withoutPopcnt).toList());
    Segment code =
        new Segment(
            0,
            0xffff_ffffL,
            ProbeImage.KERNEL_CODE_SELECTOR,
            11,
            true,
            0,
            false,
            true,
            true,
            true,
            false,
            false);
    Segment data =
        new Segment(
            0,
            0xffff_ffffL,
            ProbeImage.KERNEL_DATA_SELECTOR,
            3,
            true,
            0,
            true,
            true,
            false,
            true,
            false,
            false);
    Segment task =
        new Segment(
            ProbeImage.TSS,
            ProbeImage.TSS_LIMIT,
            ProbeImage.TSS_SELECTOR,
            11,
            true,
            0,
            false,
            false,
            false,
            false,
            false,
            false);
    Sregs sregs =
        vcpu.getSregs().toBuilder()
            .cs(code)
            .ds(data)
            .es(data)
            .fs(data)
            .gs(data)
            .ss(data)
            .tr(task)
            .gdt(new DescriptorTable(ProbeImage.GDT, ProbeImage.GDT_LIMIT))
            .idt(new DescriptorTable(ProbeImage.IDT, ProbeImage.IDT_LIMIT))
            .cr0(CR0_PE_ET_NE_WP_PG)
            .cr3(ProbeImage.PML4)
            .cr4(CR4_PAE)
            .efer(EFER_SCE_LME_LMA_NXE)
            .build();
    vcpu.setSregs(sregs);
    vcpu.setMsrs(
        List.of(
            new Msr(MSR_STAR, ProbeImage.STAR),
            new Msr(MSR_LSTAR, ProbeImage.SYSCALL_ENTRY),
            new Msr(MSR_SYSCALL_MASK, 0),
            new Msr(MSR_TSC, TSC_START)));
    vcpu.setRegs(Regs.at(ProbeImage.KERNEL_CODE, 0));
    vcpu.regFile().load();
    vcpu.regFile().set(4, ProbeImage.KERNEL_STACK_TOP);
    vcpu.regFile().store();
  }

  private static CpuidEntry withoutPopcnt(CpuidEntry e) {
    return e.function() != 1
        ? e
        : new CpuidEntry(
            1, e.index(), e.flags(), e.eax(), e.ebx(), e.ecx() & ~FEATURE_POPCNT, e.edx());
  }

  private static void runToEnd(VcpuFd vcpu, Set<Quirk> quirks) {
    RunPage page = vcpu.runPage();
    for (int i = 0; i < EXITS_MAX; i++) {
      if (vcpu.run() != 0) {
        continue;
      }
      int reason = page.exitReason();
      if (reason == KvmExit.IO && page.ioPort() == ProbeImage.DONE_PORT) {
        return;
      }
      boolean emulationFailed =
          reason == KvmExit.INTERNAL_ERROR
              && page.internalSuberror() == KvmConst.INTERNAL_ERROR_EMULATION;
      if (!emulationFailed) {
        throw unknown("exit reason %d".formatted(reason));
      }
      byte[] code = page.emulationFailureBytes();
      if (code.length > 0 && (code[0] & 0xff) != FWAIT) {
        throw unknown("emulation failure at byte 0x%x".formatted(code[0] & 0xff));
      }
      quirks.add(Quirk.INTERPRETED_KERNEL);
      vcpu.regFile().load();
      vcpu.regFile().setRip(vcpu.regFile().rip() + 1);
      vcpu.regFile().store();
    }
    throw unknown("no end after %d exits".formatted(EXITS_MAX));
  }

  private static void judge(ProbeImage.Results results, Set<Quirk> quirks) {
    long features = results.kernelFeatures() | results.userFeatures();
    if ((features & FEATURE_POPCNT) != 0) {
      quirks.add(Quirk.UNMASKED_CPUID);
    }
    if (results.kernelTsc() < TSC_START || results.userTsc() < results.kernelTsc()) {
      quirks.add(Quirk.RAW_TSC);
    }
    if (results.outcome() == ProbeImage.SYSCALL_ARRIVED) {
      return;
    }
    if (results.outcome() == ProbeImage.PAGE_FAULTED
        && results.faultCode() == FAULT_USER_FETCH
        && results.faultAddress() == ProbeImage.SYSCALL_ENTRY) {
      quirks.add(Quirk.USER_SYSCALL_FAULT);
      return;
    }
    throw unknown("%s".formatted(results));
  }

  private static SporeException unknown(String what) {
    return new SporeException(
        ErrorCode.HOST_UNSUPPORTED,
        "KVM on this host behaves in a way Spore does not know (%s); please report it with the "
                .formatted(what)
            + "output of `uname -a` and the name of the loaded kvm module");
  }
}

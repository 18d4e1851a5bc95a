package dev.spore.vmm;

import dev.spore.kvm.CpuidEntry;
import dev.spore.kvm.DescriptorTable;
import dev.spore.kvm.Kvm;
import dev.spore.kvm.KvmCap;
import dev.spore.kvm.Regs;
import dev.spore.kvm.Segment;
import dev.spore.kvm.Signals;
import dev.spore.kvm.VcpuFd;
import dev.spore.kvm.VmFd;
import dev.spore.vmm.boot.EntryState;
import dev.spore.vmm.vcpu.CpuidTopology;
import dev.spore.vmm.vcpu.Vcpu;
import dev.spore.vmm.vcpu.VcpuExits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The vCPUs of one machine, created together and stopped together. */
final class VcpuSet {
  private static final int TYPE_CODE = 11;
  private static final int TYPE_DATA = 3;

  private final List<VcpuFd> fds = new ArrayList<>();
  private List<CpuidEntry> offered = List.of();
  private final List<Vcpu> vcpus = new CopyOnWriteArrayList<>();
  private boolean stopRequested;

  /**
   * Creates {@code count} vCPUs; {@code owner} closes them.
   *
   * @param supported what KVM can show
   * @param shown what they show, but for each one's place among them
   */
  VcpuSet(
      Kvm kvm,
      VmFd vm,
      List<CpuidEntry> supported,
      List<CpuidEntry> shown,
      int count,
      Closeables owner) {
    boolean tscDeadline = kvm.checkExtension(KvmCap.TSC_DEADLINE_TIMER) != 0;
    for (int id = 0; id < count; id++) {
      VcpuFd fd = owner.add(vm.createVcpu(id));
      fds.add(fd);
      if (id == 0) {
        fd.setCpuid2(CpuidTopology.forVcpu(supported, id, count, tscDeadline));
        offered = fd.getCpuid2();
      }
      fd.setCpuid2(CpuidTopology.forVcpu(shown, id, count, tscDeadline));
    }
  }

  /**
   * What the first vCPU of a machine that boots here shows; more than was asked, where KVM adds.
   */
  List<CpuidEntry> offered() {
    return offered;
  }

  /** Puts the first vCPU at the kernel's entry; the others wait for its INIT and SIPI. */
  void enterAt(EntryState entry) {
    VcpuFd first = fds.getFirst();
    Segment code = flat(entry.codeSelector(), TYPE_CODE, true);
    Segment data = flat(entry.dataSelector(), TYPE_DATA, false);
    first.setSregs(
        first.getSregs().toBuilder()
            .cs(code)
            .ds(data)
            .es(data)
            .fs(data)
            .gs(data)
            .ss(data)
            .gdt(new DescriptorTable(entry.gdtBase(), entry.gdtLimit()))
            .idt(new DescriptorTable(0, 0))
            .cr0(entry.cr0())
            .cr3(entry.cr3())
            .cr4(entry.cr4())
            .efer(entry.efer())
            .build());
    first.setRegs(
        new Regs(
            0,
            0,
            0,
            0,
            entry.rsi(),
            0,
            entry.rsp(),
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            entry.rip(),
            entry.rflags()));
  }

  private static Segment flat(int selector, int type, boolean code) {
    return new Segment(
        0, 0xffff_ffffL, selector, type, true, 0, !code, true, code, true, false, false);
  }

  /**
   * Starts all threads.
   *
   * @param atStart called on each of them before it enters the guest
   * @param firstRun called right before the first vCPU's first entry
   */
  synchronized void start(VcpuExits exits, Runnable atStart, Runnable firstRun) {
    Signals.installKickHandler();
    for (int id = 0; id < fds.size(); id++) {
      vcpus.add(new Vcpu(id, fds.get(id), exits));
    }
    if (stopRequested) {
      vcpus.forEach(Vcpu::stop);
    }
    for (int id = 0; id < vcpus.size(); id++) {
      boolean first = id == 0;
      vcpus
          .get(id)
          .start(() -> {
            atStart.run();
            if (first) {
              firstRun.run();
            }
          });
    }
  }

  /** Asks all to stop, also those not started yet; does not wait. Any thread. */
  synchronized void requestStop() {
    stopRequested = true;
    vcpus.forEach(Vcpu::stop);
  }

  /** Stops all and waits for their threads. Not from a vCPU thread. */
  void stop() {
    requestStop();
    vcpus.forEach(Vcpu::join);
  }

  /**
   * Parks all threads at one point in time, with every exit completed.
   *
   * @throws SporeException runtime.execution_failed if one does not come in time; all go on then
   */
  void pause(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    vcpus.forEach(Vcpu::requestPause);
    boolean parked = false;
    try {
      for (int id = 0; id < vcpus.size(); id++) {
        if (!vcpus.get(id).awaitParked(deadline)) {
          throw new SporeException(
              ErrorCode.RUNTIME_EXECUTION_FAILED,
              "vCPU %d could not be stopped within %d s; try again when the host is less busy"
                  .formatted(id, timeout.toSeconds()));
        }
      }
      parked = true;
    } finally {
      if (!parked) {
        resume();
      }
    }
  }

  /** Lets all go on after {@link #pause}. */
  void resume() {
    vcpus.forEach(Vcpu::resume);
  }

  List<Vcpu> all() {
    return vcpus;
  }

  /** The descriptors, by index. */
  List<VcpuFd> descriptors() {
    return fds;
  }
}
